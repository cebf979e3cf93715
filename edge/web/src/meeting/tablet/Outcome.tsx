import { Button } from "@mantine/core";
import { IconArrowLeft, IconSearch } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../../ground/http/client";
import { sentence } from "../../ground/http/sentence";
import type { Count, MotionSnapshot } from "../../ground/wire";
import { findInBundle } from "../log/receipt";
import { Corrections } from "../parts/Corrections";
import { ruleLine } from "../parts/rule";
import { Verdict } from "../parts/Verdict";
import { Votes } from "../parts/Votes";
import { BoxCounts } from "../secret/Counts";
import { OnTheBoard } from "../secret/OnTheBoard";
import { useDesk, useView } from "./context";
import type { Vote } from "./desk";
import { takesFocus } from "./focus";
import words from "../parts/Found.module.css";
import classes from "./Outcome.module.css";
import { Taken } from "./Taken";

function Search({ vote }: { vote: Vote }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const search = useMutation({
    mutationFn: async () => {
      const bundle = await get<Parameters<typeof findInBundle>[0]>(`/api/meetings/${desk.meeting}/motions/${vote.motion}/bundle`);
      return vote.cast === undefined ? "unknown" : findInBundle(bundle, vote.cast.receipt, vote.cast.jws);
    },
  });
  if (search.data !== undefined) return <p className={words[search.data]}>{t(`meeting.outcome.found.${search.data}`)}</p>;
  return (
    <>
      <Button size="lg" variant="default" loading={search.isPending} onClick={() => search.mutate()} leftSection={<IconSearch size={24} />}>
        {t("meeting.outcome.search")}
      </Button>
      {search.error !== null && <p role="alert">{sentence(t, search.error)}</p>}
    </>
  );
}

/** The result of a vote that has just closed, with this tablet's own receipt. */
export function Outcome({ motion, count, onLeave }: { motion: MotionSnapshot; count: Count; onLeave: () => void }) {
  const { t } = useTranslation();
  const vote = useView().votes[motion.motion ?? ""];
  return (
    <div className={classes.screen}>
      <div className={classes.inner}>
        <h1 ref={takesFocus} tabIndex={-1}>
          {motion.title}
        </h1>
        <Verdict count={count} asked={motion} weights={motion.rule?.weights} size={40} />
        <Votes count={count} asked={motion} />
        <BoxCounts count={count} className="quiet" />
        {motion.rule && <p className="quiet">{ruleLine(t, { ...motion.rule, method: motion.method, needed: count.needed })}</p>}
        <Corrections corrections={motion.corrections} />
        <OnTheBoard motion={motion.motion ?? ""} />
        {vote?.cast && (
          <Taken vote={vote} small>
            <Search vote={vote} />
          </Taken>
        )}
        <Button className={classes.leave ?? ""} size="xl" onClick={onLeave} leftSection={<IconArrowLeft size={26} />}>
          {t("meeting.vote.back")}
        </Button>
      </div>
    </div>
  );
}
