import { useTranslation } from "react-i18next";
import type { Count } from "../../ground/wire";
import { number } from "../../ground/words/format";
import type { Voting } from "../parts/snapshots";

/** Of a secret vote that is open: ballots given out, in the box, on the way. Never how. Nothing for an open vote. */
export function Counts({ motion, className }: { motion: Voting; className?: string | undefined }) {
  const { t } = useTranslation();
  if (motion.secret == null || motion.issued == null) return null;
  const on_the_way = motion.issued - motion.cast;
  return (
    <p className={className} role="status">
      {t("meeting.secret.counts", { issued: number(motion.issued), cast: number(motion.cast) })}
      {on_the_way > 0 && <b> {t("meeting.secret.onTheWay", { count: on_the_way, number: number(on_the_way) })}</b>}
    </p>
  );
}

/** Of a secret vote that was closed: given out, cast, valid, invalid, as the rules want them counted. */
export function BoxCounts({ count, className }: { count: Count | null | undefined; className?: string | undefined }) {
  const { t } = useTranslation();
  if (count?.issued == null) return null;
  const { issued, cast, valid, invalid } = count;
  return <p className={className}>{t("meeting.secret.counted", { issued: number(issued), cast: number(cast), valid: number(valid), invalid: number(invalid) })}</p>;
}
