import { Alert, Button, SegmentedControl } from "@mantine/core";
import { IconAlertTriangle, IconChevronLeft, IconInbox } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { sentence } from "../ground/http/sentence";
import { may, useSession } from "../ground/http/session";
import { Ago } from "../ground/parts/Ago";
import { Empty, Loaded } from "../ground/parts/states";
import { Clip } from "./Clip";
import { useAhead, useJudge, useLiveSightings, useLooking, useQueue, useSummary, useUndo, useWhole } from "./data";
import { Day } from "./Day";
import classes from "./Desk.module.css";
import { Filters, Queue, type Filter } from "./Queue";
import { Strip } from "./Strip";
import type { Brief, Whole } from "./types";
import { useKeys } from "./useKeys";
import { Last, Verdict, type Give } from "./Verdict";
import { Why } from "./Why";

const CHOSEN = "s";
const NONE = { open: "desk.queue.none", quiet: "desk.queue.noneQuiet", done: "desk.queue.noneDone" } as const;
const WIDE = "(min-width: 901px)";

/** Which sighting is open, kept in the address. On a wide screen the first one opens by itself. */
function useChosen(list: Brief[]): [string | null, (id: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  const asked = search.get(CHOSEN);
  const first = window.matchMedia(WIDE).matches ? (list[0]?.id ?? null) : null;
  const choose = (id: string | null) =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (id === null) after.delete(CHOSEN);
      else after.set(CHOSEN, id);
      return after;
    });
  return [asked ?? first, choose];
}

/** The next one that nobody else has open, else the next one, else the one before. */
function following(list: Brief[], id: string | null): string | null {
  const place = list.findIndex((brief) => brief.id === id);
  const after = [...list.slice(place + 1), ...list.slice(0, Math.max(0, place)).reverse()];
  return (after.find(({ viewer }) => viewer === null) ?? after[0])?.id ?? null;
}

function Middle({ sighting }: { sighting: Whole }) {
  const { t } = useTranslation();
  const [close, setClose] = useState(true);
  const officer = may(useSession().data, "officer");
  useKeys({ z: () => setClose(!close) });
  return (
    <>
      <div className={classes.views}>
        <p className={classes.name}>
          <b>{sighting.camera_name}</b> <Ago at={sighting.put_down_at} />
        </p>
        {officer && (
          <Link to={`/cameras/${sighting.camera}?at=${encodeURIComponent(sighting.clip_started_at ?? sighting.put_down_at)}`} className={classes.recording}>
            {t("desk.clip.recording")}
          </Link>
        )}
        <SegmentedControl
          size="xs"
          value={close ? "close" : "whole"}
          onChange={(view) => setClose(view === "close")}
          data={[
            { value: "close", label: t("desk.strip.close") },
            { value: "whole", label: t("desk.strip.whole") },
          ]}
          aria-label={t("desk.strip.view")}
        />
      </div>
      <Strip sighting={sighting} close={close} />
      <Clip key={sighting.id} sighting={sighting} />
    </>
  );
}

interface RefusedVerdict {
  id: string;
  error: Error;
}

/** Giving verdicts and taking the last one back. A refused one brings its sighting back, with the reason. */
function useVerdicts(list: Brief[], chosen: string | null, choose: (id: string | null) => void) {
  const [refused, setRefused] = useState<RefusedVerdict | null>(null);
  const [last, setLast] = useState<Whole | null>(null);
  const [note, setNote] = useState("");
  const refuse = (error: Error, id: string) => {
    setRefused({ id, error });
    choose(id);
  };
  const early = useRef(false);
  const judging = useJudge((error, given) => {
    early.current = false;
    refuse(error, given.id);
    setNote(given.note);
  });
  const undoing = useUndo();
  const given = (judged: Whole) => {
    setLast(judged);
    if (early.current) undo(judged.id);
    early.current = false;
  };
  // Who takes a verdict back before the node has answered means this one, not the one before it.
  useKeys(judging.isPending ? { u: () => (early.current = true) } : {});
  const give = (sighting: Whole): Give => (verdict, reason) => {
    setRefused(null);
    judging.mutate({ id: sighting.id, verdict, note, revision: sighting.revision, ...(reason === undefined ? {} : { reason }) }, { onSuccess: given });
    setNote("");
    choose(following(list, chosen));
  };
  const undo = (id: string) => {
    setRefused(null);
    const back = () => {
      setLast(null);
      choose(id);
    };
    undoing.mutate(id, { onSuccess: back, onError: (error) => refuse(error, id) });
  };
  return { refused, note, setNote, give, undo, last, judging: judging.isPending, undoing: undoing.isPending, clear: () => setRefused(null) };
}

type Verdicts = ReturnType<typeof useVerdicts>;

function Lately({ verdicts }: { verdicts: Verdicts }) {
  const { last, judging } = verdicts;
  return last === null || judging ? null : <Last key={last.id} last={last} busy={verdicts.undoing} onUndo={() => verdicts.undo(last.id)} />;
}

function Open({ id, count, verdicts, onBack }: { id: string; count: number; verdicts: Verdicts; onBack: () => void }) {
  const { t } = useTranslation();
  const whole = useWhole(id);
  const judge = may(useSession().data, "officer");
  useLooking(id, judge);
  return (
    <>
      <section className={classes.middle} aria-label={t("desk.evidence")}>
        <div className={classes.back}>
          <Button variant="subtle" leftSection={<IconChevronLeft size={20} />} onClick={onBack}>
            {t("desk.queue.back", { count })}
          </Button>
        </div>
        <Loaded query={whole}>{(sighting) => <Middle sighting={sighting} />}</Loaded>
      </section>
      <aside className={classes.right} aria-label={t("desk.why.title")}>
        <div className={classes.about}>{whole.data !== undefined && <Why sighting={whole.data} />}</div>
        <div className={classes.act}>
          {verdicts.refused?.id === id && (
            <Alert color="lacquer" icon={<IconAlertTriangle size={20} />} withCloseButton closeButtonLabel={t("desk.close")} onClose={verdicts.clear} role="alert">
              {sentence(t, verdicts.refused.error)}
            </Alert>
          )}
          <Lately verdicts={verdicts} />
          {judge && whole.data !== undefined && <Verdict key={id} sighting={whole.data} note={verdicts.note} onNote={verdicts.setNote} onGive={verdicts.give(whole.data)} />}
        </div>
      </aside>
    </>
  );
}

function Nothing({ filter, verdicts, onQuiet }: { filter: Filter; verdicts: Verdicts; onQuiet: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.day}>
      <Lately verdicts={verdicts} />
      {filter.shown === "open" ? <Day onQuiet={onQuiet} /> : <Empty title={t(NONE[filter.shown])} icon={<IconInbox size={44} stroke={1.4} />} />}
    </div>
  );
}

export function DeskPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>({ shown: "open", camera: null });
  const queue = useQueue(filter.shown, filter.camera);
  const list = queue.data ?? [];
  const [chosen, choose] = useChosen(list);
  const cameras = useSummary().data?.cameras ?? [];
  const verdicts = useVerdicts(list, chosen, choose);
  const place = list.findIndex((brief) => brief.id === chosen);
  const step = (by: number) => () => {
    const id = list[place + by]?.id;
    if (id !== undefined) choose(id);
  };
  const refilter = (next: Filter) => {
    setFilter(next);
    choose(null);
  };
  useLiveSightings();
  useAhead(filter.shown !== "done" ? following(list, chosen) : null);
  useKeys({ j: step(1), k: step(-1), arrowdown: step(1), arrowup: step(-1) });
  return (
    <div className={classes.desk} data-open={chosen !== null}>
      <h1 className="sr-only">{t("desk.title")}</h1>
      <aside className={classes.queue} aria-label={t("desk.queue.title")}>
        <Filters filter={filter} cameras={cameras} onFilter={refilter} />
        <div className={classes.scroll}>
          <Loaded query={queue}>
            {(found) =>
              found.length > 0 ? (
                <>
                  <p className={classes.count} aria-live="polite">
                    {t(place < 0 ? "desk.queue.count" : "desk.queue.place", { count: found.length, place: place + 1 })}
                  </p>
                  <Queue list={found} chosen={chosen} onChoose={choose} />
                </>
              ) : (
                <p className={classes.none}>{t(NONE[filter.shown])}</p>
              )
            }
          </Loaded>
        </div>
        <p className={classes.help}>{t("desk.keys.help")}</p>
      </aside>
      {chosen !== null && <Open id={chosen} count={list.length} verdicts={verdicts} onBack={() => choose(null)} />}
      {chosen === null && queue.data !== undefined && (queue.data.length === 0 || window.matchMedia(WIDE).matches) && <Nothing filter={filter} verdicts={verdicts} onQuiet={() => refilter({ ...filter, shown: "quiet" })} />}
    </div>
  );
}
