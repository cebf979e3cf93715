import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../../ground/http/client";
import { sentence } from "../../ground/http/sentence";
import type { ResultView } from "../api";
import { checkSignature } from "../log/checkpoint";
import { useDesk } from "../tablet/context";
import classes from "../parts/Found.module.css";
import { InTheBox, useSealed } from "./InTheBox";
import { found, type Finding } from "./found";
import type { At } from "./sealed";

/** After the close the tablet looks for its own ballot by itself, and says what it found. */
export function Search({ sealed }: { sealed: At<"boxed"> }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const search = useQuery<Finding>({
    queryKey: ["board", sealed.motion, sealed.tracker],
    staleTime: Infinity,
    queryFn: async () => {
      const result = await get<ResultView>(`/api/meetings/${desk.meeting}/motions/${sealed.motion}`);
      return found(sealed, result.box, await checkSignature(sealed.promise, result.log_key));
    },
  });
  if (search.error !== null) return <p role="alert">{sentence(t, search.error)}</p>;
  if (search.data === undefined) return <p className="quiet">{t("meeting.secret.searching")}</p>;
  return <p className={search.data === "good" || search.data === "blank" ? classes.good : classes.bad}>{t(`meeting.secret.found.${search.data}`)}</p>;
}

/** What became of this tablet's secret ballot, below the result. */
export function OnTheBoard({ motion }: { motion: string }) {
  const sealed = useSealed(motion);
  if (sealed === undefined) return null;
  return (
    <InTheBox sealed={sealed} small>
      {sealed.step === "boxed" && <Search sealed={sealed} />}
    </InTheBox>
  );
}
