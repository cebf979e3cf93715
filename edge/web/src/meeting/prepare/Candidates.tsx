import { Button, NumberInput, TextInput } from "@mantine/core";
import { IconArrowUp, IconPlus, IconSortAZ, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { byName } from "../parts/choice";
import classes from "./Prepare.module.css";

export interface Slate {
  candidates: { name: string; about: string }[];
  seats: number;
}

const NOBODY = { name: "", about: "" };
export const EMPTY: Slate = { candidates: [NOBODY, NOBODY], seats: 1 };

/** Candidates without the lines that were left empty; null while it is no election yet. */
export function readySlate({ candidates, seats }: Slate): Slate | null {
  const named = candidates.map(({ name, about }) => ({ name: name.trim(), about: about.trim() })).filter(({ name }) => name !== "");
  return seats >= 1 && named.length >= seats ? { candidates: named, seats } : null;
}

/** Who stands for election, in the order of the paper, and how many of them are elected. */
export function Candidates({ slate, onChange }: { slate: Slate; onChange: (slate: Slate) => void }) {
  const { t } = useTranslation();
  const { candidates } = slate;
  const set = (lines: Slate["candidates"]) => onChange({ ...slate, candidates: lines });
  const change = (index: number, part: Partial<(typeof candidates)[number]>) => set(candidates.map((one, at) => (at === index ? { ...one, ...part } : one)));
  const up = (index: number) => {
    const [before, one] = [candidates[index - 1], candidates[index]];
    if (before !== undefined && one !== undefined) set(candidates.map((line, at) => (at === index - 1 ? one : at === index ? before : line)));
  };
  return (
    <fieldset className={classes.candidates}>
      <legend>{t("meeting.election.candidates")}</legend>
      <ol>
        {candidates.map((candidate, index) => (
          <li key={index}>
            <span className={classes.place}>{index + 1}</span>
            <TextInput aria-label={`${t("meeting.election.name")} ${index + 1}`} placeholder={t("meeting.election.name")} maxLength={120} value={candidate.name} onChange={(event) => change(index, { name: event.currentTarget.value })} />
            <TextInput aria-label={`${t("meeting.election.about")} ${index + 1}`} placeholder={t("meeting.election.about")} maxLength={300} value={candidate.about} onChange={(event) => change(index, { about: event.currentTarget.value })} />
            <Button variant="subtle" color="gray" size="sm" disabled={index === 0} leftSection={<IconArrowUp size={18} />} onClick={() => up(index)}>
              {t("meeting.items.up")}
            </Button>
            <Button variant="subtle" color="gray" size="sm" disabled={candidates.length === 1} leftSection={<IconTrash size={18} />} onClick={() => set(candidates.filter((_, at) => at !== index))}>
              {t("meeting.remove")}
            </Button>
          </li>
        ))}
      </ol>
      <div className={classes.fields}>
        <NumberInput label={t("meeting.election.seats")} w={180} min={1} max={candidates.length} allowDecimal={false} value={slate.seats} onChange={(seats) => onChange({ ...slate, seats: Number(seats) })} />
        <Button variant="default" disabled={candidates.length >= 50} leftSection={<IconPlus size={18} />} onClick={() => set([...candidates, NOBODY])}>
          {t("meeting.election.add")}
        </Button>
        <Button variant="default" leftSection={<IconSortAZ size={18} />} onClick={() => set([...candidates].sort((a, b) => byName(a.name, b.name)))}>
          {t("meeting.election.sort")}
        </Button>
      </div>
    </fieldset>
  );
}
