import { Button } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { IconAlertTriangle, IconChevronDown, IconChevronUp, IconShieldCheck, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Loaded } from "../../ground/parts/states";
import type { DocumentRef, PageSnapshot } from "../../ground/wire";
import { shortHash } from "../parts/hash";
import { PageView } from "./PageView";
import { open, type Opened } from "./pdf";
import classes from "./Reader.module.css";

const ZOOMS = [1, 1.25, 1.5, 2, 3];

function Bar({ opened, page, zoom, onPage, onZoom }: { opened: Opened; page: number; zoom: number; onPage: (page: number) => void; onZoom: (zoom: number) => void }) {
  const { t } = useTranslation();
  const last = opened.pdf.numPages;
  const next = (step: number) => ZOOMS[ZOOMS.indexOf(zoom) + step];
  const [smaller, larger] = [next(-1), next(1)];
  return (
    <div className={classes.bar}>
      <Button variant="default" size="lg" disabled={page <= 1} onClick={() => onPage(page - 1)} leftSection={<IconChevronUp size={22} />}>
        <span className={classes.word}>{t("meeting.reader.previous")}</span>
      </Button>
      <span className={classes.where}>{t("meeting.reader.where", { page, last })}</span>
      <Button variant="default" size="lg" disabled={page >= last} onClick={() => onPage(page + 1)} leftSection={<IconChevronDown size={22} />}>
        <span className={classes.word}>{t("meeting.reader.next")}</span>
      </Button>
      <span className={classes.gap} />
      <Button variant="default" size="lg" disabled={smaller === undefined} onClick={() => onZoom(smaller ?? 1)} leftSection={<IconZoomOut size={22} />}>
        <span className={classes.word}>{t("meeting.reader.smaller")}</span>
      </Button>
      <Button variant="default" size="lg" disabled={larger === undefined} onClick={() => onZoom(larger ?? 1)} leftSection={<IconZoomIn size={22} />}>
        <span className={classes.word}>{t("meeting.reader.larger")}</span>
      </Button>
    </div>
  );
}

function Hash({ opened }: { opened: Opened }) {
  const { t } = useTranslation();
  return (
    <p className={opened.same ? classes.same : classes.other} role={opened.same ? undefined : "alert"}>
      {opened.same ? <IconShieldCheck size={20} aria-hidden="true" /> : <IconAlertTriangle size={20} aria-hidden="true" />}
      {opened.same ? t("meeting.reader.same", { hash: shortHash(opened.sha256) }) : t("meeting.reader.other")}
    </p>
  );
}

function Pages({ opened, shown }: { opened: Opened; shown: PageSnapshot | undefined }) {
  const { t } = useTranslation();
  const { ref, width } = useElementSize();
  const list = useRef<HTMLDivElement>(null);
  const [page, setPage] = useState(1);
  const [zoom, setZoom] = useState(1);
  const go = (to: number) => list.current?.querySelector(`[data-page="${to}"]`)?.scrollIntoView({ behavior: "smooth", block: "start" });
  const wide = Math.min(width - 24, 1000) * zoom;
  return (
    <div className={classes.reader} ref={ref}>
      <Bar opened={opened} page={page} zoom={zoom} onPage={go} onZoom={setZoom} />
      <div className={classes.pages} ref={list} tabIndex={0} role="document" aria-label={t("meeting.reader.label")}>
        {width > 0 && Array.from({ length: opened.pdf.numPages }, (_, index) => <PageView key={index} pdf={opened.pdf} number={index + 1} width={wide} ratio={opened.ratio} onSeen={setPage} />)}
      </div>
      {shown !== undefined && shown.page !== page && (
        <Button className={classes.follow ?? ""} size="lg" onClick={() => go(shown.page)}>
          {t("meeting.reader.follow", { page: shown.page })}
        </Button>
      )}
      <Hash opened={opened} />
    </div>
  );
}

/** A document: pages one under the other, zoom, and the hash that says which version this is. */
export function Reader({ meeting, document, presented }: { meeting: string; document: DocumentRef; presented: PageSnapshot | undefined }) {
  const opened = useQuery({ queryKey: ["document", meeting, document.id, document.sha256], queryFn: () => open(meeting, document), staleTime: Infinity, gcTime: 600_000 });
  return <Loaded query={opened}>{(file) => <Pages key={document.id} opened={file} shown={presented?.document === document.id ? presented : undefined} />}</Loaded>;
}
