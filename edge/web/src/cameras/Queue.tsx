import { SegmentedControl, Select } from "@mantine/core";
import { IconCheck, IconEye, IconQuestionMark, IconVideo, IconX } from "@tabler/icons-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Ago } from "../ground/parts/Ago";
import { number } from "../ground/words/format";
import type { Shown } from "./data";
import classes from "./Queue.module.css";
import type { Brief, CameraDay, State } from "./types";

const MARKS: Partial<Record<State, ReactNode>> = {
  unsure: <IconQuestionMark size={16} aria-hidden="true" />,
  confirmed: <IconCheck size={16} aria-hidden="true" />,
  reported: <IconCheck size={16} aria-hidden="true" />,
  closed: <IconCheck size={16} aria-hidden="true" />,
  rejected: <IconX size={16} aria-hidden="true" />,
};

function Line({ brief, chosen, onChoose }: { brief: Brief; chosen: boolean; onChoose: (id: string) => void }) {
  const { t } = useTranslation();
  const line = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (chosen) line.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <li>
      <button ref={line} type="button" className={classes.line} aria-current={chosen} onClick={() => onChoose(brief.id)}>
        <span className={classes.thumb}>{brief.poster === null ? <IconVideo size={24} aria-hidden="true" /> : <img src={brief.poster} alt="" loading="lazy" width={96} height={54} />}</span>
        <span className={classes.words}>
          <b>{brief.camera_name}</b>
          <span className="quiet">
            <Ago at={brief.put_down_at} />
          </span>
          <span className={classes[brief.state] ?? classes.sure}>
            {MARKS[brief.state]}
            {brief.state === "flagged" || brief.state === "suspected" ? t("desk.queue.sure", { percent: number(Math.floor(brief.score * 100)) }) : t(`desk.state.${brief.state}`)}
          </span>
          {brief.viewer !== null && (
            <span className={classes.viewer}>
              <IconEye size={16} aria-hidden="true" /> {t("desk.queue.viewer", { name: brief.viewer })}
            </span>
          )}
        </span>
      </button>
    </li>
  );
}

export interface Filter {
  shown: Shown;
  camera: string | null;
}

interface FiltersProps {
  filter: Filter;
  cameras: CameraDay[];
  onFilter: (filter: Filter) => void;
}

export function Filters({ filter, cameras, onFilter }: FiltersProps) {
  const { t } = useTranslation();
  const named = cameras.map(({ camera, camera_name, open }) => ({ value: camera, label: open > 0 ? `${camera_name} (${open})` : camera_name }));
  return (
    <div className={classes.filters}>
      <SegmentedControl
        fullWidth
        size="sm"
        classNames={{ label: classes.shown ?? "" }}
        value={filter.shown}
        onChange={(shown) => onFilter({ ...filter, shown })}
        data={[
          { value: "open", label: t("desk.queue.open") },
          { value: "quiet", label: t("desk.queue.quiet") },
          { value: "done", label: t("desk.queue.done") },
        ]}
        aria-label={t("desk.queue.title")}
      />
      {named.length > 1 && (
        <Select size="sm" clearable data={named} value={filter.camera} onChange={(camera) => onFilter({ ...filter, camera })} placeholder={t("desk.queue.allCameras")} aria-label={t("desk.queue.camera")} />
      )}
    </div>
  );
}

export function Queue({ list, chosen, onChoose }: { list: Brief[]; chosen: string | null; onChoose: (id: string) => void }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.queue} aria-label={t("desk.queue.title")}>
      {list.map((brief) => (
        <Line key={brief.id} brief={brief} chosen={brief.id === chosen} onChoose={onChoose} />
      ))}
    </ul>
  );
}
