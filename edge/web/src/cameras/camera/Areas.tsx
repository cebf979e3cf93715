import { Button, TextInput } from "@mantine/core";
import { IconEye, IconEyeOff, IconHandStop, IconPhoto } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { patch, post } from "../../ground/http/client";
import { sentence } from "../../ground/http/sentence";
import classes from "./areas/Areas.module.css";
import { Canvas } from "./areas/Canvas";
import { closed, fresh, halfway, KINDS, MOST, opened, wanting, type Area, type Corner, type Drawn, type Kind } from "./areas/model";
import { useCameras, useLook, type Camera } from "./data";

const ICONS = { watch: IconEye, never: IconHandStop, mask: IconEyeOff } as const;
const AREAS_MAX = 16;

interface Board {
  areas: Area[];
  selected: Area | undefined;
  corner: number;
  dirty: boolean;
  choose: (key: string | null) => void;
  setCorner: (corner: number) => void;
  begin: (kind: Kind, name: string) => void;
  edit: (change: Partial<Area>) => void;
  drop: (key: string) => void;
  reset: (drawn: Drawn) => void;
}

/** What is drawn and not yet saved, and which corner of which area is being worked on. */
function useBoard(drawn: Drawn): Board {
  const [areas, setAreas] = useState(() => opened(drawn));
  const [key, setKey] = useState<string | null>(null);
  const [corner, setCorner] = useState(0);
  const [dirty, setDirty] = useState(false);
  const change = (next: Area[]) => {
    setAreas(next);
    setDirty(true);
  };
  const choose = (next: string | null) => {
    setKey(next);
    setCorner(Math.max(0, (areas.find((area) => area.key === next)?.points.length ?? 1) - 1));
  };
  return {
    areas,
    selected: areas.find((area) => area.key === key),
    corner,
    dirty,
    choose,
    setCorner,
    begin: (kind, name) => {
      const area = fresh(kind, name);
      change([...areas, area]);
      setKey(area.key);
      setCorner(0);
    },
    edit: (fields) => change(areas.map((area) => (area.key === key ? { ...area, ...fields } : area))),
    drop: (dropped) => change(areas.filter((area) => area.key !== dropped)),
    reset: (saved) => {
      setAreas(opened(saved));
      setKey(null);
      setDirty(false);
    },
  };
}

/** The chosen area's corners: put in after the one in hand, moved, taken away. */
function useCorners({ selected, corner, edit, setCorner }: Board) {
  const points = selected?.points ?? [];
  return {
    add: (at: Corner) => {
      if (points.length >= MOST) return;
      const place = Math.min(corner + 1, points.length);
      edit({ points: points.toSpliced(place, 0, at) });
      setCorner(place);
    },
    move: (number: number, to: Corner) => edit({ points: points.with(number, to) }),
    drop: (number: number) => {
      edit({ points: points.toSpliced(number, 1) });
      setCorner(Math.max(0, number - 1));
    },
  };
}

function Editor({ board, corners }: { board: Board; corners: ReturnType<typeof useCorners> }) {
  const { t } = useTranslation();
  const { selected, corner } = board;
  if (selected === undefined) return null;
  const { points } = selected;
  return (
    <div className={classes.edit}>
      <p className={classes.note}>{t("areas.how")}</p>
      <TextInput label={t("areas.name")} value={selected.name} maxLength={60} onChange={(event) => board.edit({ name: event.currentTarget.value })} />
      <div className={classes.row}>
        <Button variant="default" onClick={() => corners.add(halfway(points, corner))} disabled={points.length >= MOST}>
          {t("areas.addCorner")}
        </Button>
        <Button variant="default" onClick={() => corners.drop(corner)} disabled={points.length === 0}>
          {t("areas.dropCorner", { number: Math.min(corner, points.length - 1) + 1 })}
        </Button>
        <Button variant="light" color="lacquer" onClick={() => board.drop(selected.key)}>
          {t("areas.drop")}
        </Button>
        <Button variant="light" onClick={() => board.choose(null)}>
          {t("areas.done")}
        </Button>
      </div>
    </div>
  );
}

function Item({ area, board, corners }: { area: Area; board: Board; corners: ReturnType<typeof useCorners> }) {
  const { t } = useTranslation();
  const chosen = board.selected?.key === area.key;
  const lacks = wanting(area);
  const Icon = ICONS[area.kind];
  return (
    <li className={classes.item} data-chosen={chosen}>
      <button type="button" className={classes.choose} aria-expanded={chosen} onClick={() => board.choose(chosen ? null : area.key)}>
        <Icon size={22} aria-hidden="true" />
        <span>
          <strong>{area.name.trim() === "" ? t("areas.unnamed") : area.name}</strong>
          <small>{lacks === null ? t(`areas.kind.${area.kind}.is`) : t(`areas.lacks.${lacks}`)}</small>
        </span>
      </button>
      {chosen && <Editor board={board} corners={corners} />}
    </li>
  );
}

function Adding({ board }: { board: Board }) {
  const { t } = useTranslation();
  const count = (kind: Kind) => board.areas.filter((area) => area.kind === kind).length;
  return (
    <div className={classes.row}>
      {KINDS.map((kind) => {
        const Icon = ICONS[kind];
        return (
          <Button key={kind} variant="default" leftSection={<Icon size={18} aria-hidden="true" />} disabled={count(kind) >= AREAS_MAX} onClick={() => board.begin(kind, t(`areas.kind.${kind}.name`, { number: count(kind) + 1 }))}>
            {t(`areas.kind.${kind}.add`)}
          </Button>
        );
      })}
    </div>
  );
}

function Drawing({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const board = useBoard(camera);
  const corners = useCorners(board);
  const look = useLook(camera.id);
  const fetched = useMutation({ mutationFn: () => post<{ ok: boolean; jpeg_base64: string | null }>("/api/cameras/test", { camera: camera.id }) });
  const save = useMutation({
    mutationFn: (drawn: Drawn) => patch<Camera>(`/api/cameras/${camera.id}`, drawn),
    onSuccess: async (saved) => {
      board.reset(saved);
      await client.invalidateQueries({ queryKey: ["cameras"] });
    },
  });
  const jpeg = fetched.data?.jpeg_base64 ?? look?.jpeg_base64;
  const hand = { ...board, onSelect: board.choose, onCorner: board.setCorner, onAdd: corners.add, onMove: corners.move, onDrop: corners.drop };
  const unfit = board.areas.some((area) => wanting(area) !== null);
  return (
    <div className={classes.areas}>
      <Canvas hand={hand} picture={jpeg ? `data:image/jpeg;base64,${jpeg}` : null} name={camera.name} />
      <div className={classes.side}>
        <Adding board={board} />
        {board.areas.length === 0 && <p className={classes.note}>{t("areas.none")}</p>}
        <ul className={classes.list}>
          {board.areas.map((area) => (
            <Item key={area.key} area={area} board={board} corners={corners} />
          ))}
        </ul>
        <div className={classes.row}>
          <Button onClick={() => save.mutate(closed(board.areas))} loading={save.isPending} disabled={!board.dirty || unfit}>
            {t("areas.save")}
          </Button>
          <Button variant="default" onClick={() => board.reset(camera)} disabled={!board.dirty}>
            {t("areas.undo")}
          </Button>
          <Button variant="subtle" leftSection={<IconPhoto size={18} aria-hidden="true" />} onClick={() => fetched.mutate()} loading={fetched.isPending}>
            {t("areas.picture")}
          </Button>
        </div>
        <p className={classes.note} role="status">
          {save.error !== null ? sentence(t, save.error) : save.isSuccess && !board.dirty ? t("areas.saved") : ""}
        </p>
      </div>
    </div>
  );
}

/** Where things may be flagged, and what nobody may see: drawn on the camera's picture by an administrator. */
export function Areas({ camera: id }: { camera: string }) {
  const { t } = useTranslation();
  const camera = (useCameras().data ?? []).find((one) => one.id === id);
  if (camera === undefined) return null;
  return (
    <section className={classes.section} aria-labelledby="areas-title">
      <h2 id="areas-title">{t("areas.title")}</h2>
      <p className={classes.note}>{t("areas.lead")}</p>
      <Drawing key={camera.id} camera={camera} />
    </section>
  );
}
