import { IconPencilExclamation } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Correction } from "../../ground/wire";
import { dateTime, time } from "../../ground/words/format";
import classes from "./Corrections.module.css";

/** What the chair put right after the close, beside the result it belongs to. */
export function Corrections({ corrections, day = false }: { corrections: Correction[]; day?: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      {corrections.map(({ at, text }) => (
        <aside key={at} className={classes.correction}>
          <p className={classes.head}>
            <IconPencilExclamation size="1.3em" aria-hidden="true" /> {t("meeting.result.correction", { at: day ? dateTime(at) : time(at) })}
          </p>
          <p className={classes.text}>{text}</p>
        </aside>
      ))}
    </>
  );
}
