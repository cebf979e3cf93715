import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Count } from "../../ground/wire";
import { number } from "../../ground/words/format";
import classes from "./Verdict.module.css";

/** Adopted or not: shape, word, and the numbers that it rests on. */
export function Verdict({ count, size = 44 }: { count: Count; size?: number }) {
  const { t } = useTranslation();
  const Shape = count.adopted ? IconCircleCheck : IconCircleX;
  const facts = { for: number(count.votes.for ?? 0), needed: number(count.needed), base: number(count.base) };
  return (
    <div className={count.adopted ? classes.adopted : classes.rejected}>
      <Shape size={size} stroke={2} aria-hidden="true" />
      <div>
        <p className={classes.word} style={{ fontSize: size * 0.75 }}>
          {count.adopted ? t("meeting.result.adopted") : t("meeting.result.rejected")}
        </p>
        <p className={classes.numbers}>{t("meeting.result.numbers", facts)}</p>
      </div>
    </div>
  );
}
