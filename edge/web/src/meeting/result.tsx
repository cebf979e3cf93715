import { Button, Code, Table } from "@mantine/core";
import { IconDownload, IconPrinter, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Navigate, useParams } from "react-router";
import { Refused } from "../ground/http/client";
import { LanguageSwitch } from "../ground/parts/LanguageSwitch";
import { QrCode } from "../ground/parts/QrCode";
import { Empty, Loaded } from "../ground/parts/states";
import { Page } from "../ground/shells/Page";
import { dateTime, number, timeToSecond } from "../ground/words/format";
import { useResult, type ResultView } from "./api";
import { Correct } from "./control/Correct";
import { Chosen } from "./parts/Chosen";
import { Compare } from "./parts/Compare";
import { chosenOf } from "./parts/choice";
import { ruleLine } from "./parts/rule";
import { Corrections } from "./parts/Corrections";
import { Verdict } from "./parts/Verdict";
import { Votes } from "./parts/Votes";
import { shortHash } from "./parts/hash";
import { BoxBoard } from "./secret/BoxBoard";
import classes from "./result.module.css";

function Board({ result }: { result: ResultView }) {
  const { t } = useTranslation();
  if (result.board.length === 0) return null;
  const named = result.board.some(({ name }) => name !== null);
  return (
    <section className={classes.block}>
      <h2>{t("meeting.result.board")}</h2>
      <p className="quiet">{t("meeting.result.boardText")}</p>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("meeting.result.board")}>
        <Table striped verticalSpacing={6} fz="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("meeting.result.code")}</Table.Th>
              <Table.Th>{t("meeting.result.seat")}</Table.Th>
              {named && <Table.Th className={classes.wideOnly}>{t("meeting.result.name")}</Table.Th>}
              <Table.Th>{t("meeting.result.choice")}</Table.Th>
              <Table.Th className={classes.wideOnly}>{t("meeting.result.at")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {result.board.map((line) => (
              <Table.Tr key={line.index} className={line.counts ? undefined : classes.replaced}>
                <Table.Td className={classes.code}>{line.code}</Table.Td>
                <Table.Td>{line.label}</Table.Td>
                {named && <Table.Td className={`${classes.wideOnly ?? ""} ${classes.name ?? ""}`}>{line.name}</Table.Td>}
                <Table.Td>
                  <span className={classes.choice}>
                    <Chosen choice={line.choice} names={chosenOf(result.motion.candidates, line.choice).map(({ name }) => name)} size={14} /> {line.door !== "tablet" && <small className={classes.door}>{t(`meeting.result.door.${line.door}`)}</small>} {!line.counts && <small>({t("meeting.result.replaced")})</small>}
                  </span>
                </Table.Td>
                <Table.Td className={classes.wideOnly}>{timeToSecond(line.at)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

function Check({ result, file }: { result: ResultView; file: string }) {
  const { t } = useTranslation();
  return (
    <section className={classes.block}>
      <h2>
        <IconShieldCheck size={24} aria-hidden="true" /> {t("meeting.result.check.title")}
      </h2>
      <ol className={classes.steps}>
        <li>{t("meeting.result.check.download")}</li>
        <li>
          {t("meeting.result.check.open")}{" "}
          <a className={classes.page} href="/verify.html" download="dinh-kiem-tra.html">
            <IconDownload size={20} aria-hidden="true" /> {t("meeting.result.check.page")}
          </a>
        </li>
        <li>
          {t("meeting.result.check.run")} <Code className={classes.command ?? ""}>dinh verify {file}</Code>
        </li>
        <li>{t("meeting.result.check.read")}</li>
      </ol>
      {result.head && (
        <div className={classes.head}>
          <QrCode text={result.head.checkpoint} size={150} label={t("meeting.hall.logQr")} />
          <dl>
            <dt>{t("meeting.result.check.size")}</dt>
            <dd>{number(result.head.size)}</dd>
            <dt>{t("meeting.result.check.root")}</dt>
            <dd className={classes.hash}>{result.head.root}</dd>
            <dt>{t("meeting.result.check.key")}</dt>
            <dd className={classes.hash}>{result.log_key}</dd>
          </dl>
        </div>
      )}
      <Compare meeting={result.meeting} log_key={result.log_key} />
    </section>
  );
}

function Basis({ result }: { result: ResultView }) {
  const { t } = useTranslation();
  const { motion, documents } = result;
  return (
    <section className={classes.block}>
      <h2>{t("meeting.result.basis")}</h2>
      <dl className={classes.facts}>
        <dt>{t("meeting.result.rule")}</dt>
        <dd>
          {ruleLine(t, { ...motion.rule, method: motion.method, needed: motion.count?.needed ?? motion.rule.needed ?? null })}
          <br />
          <span className="quiet">
            {motion.rule.citation} {!motion.rule.verified && <b>{t("meeting.rule.unverified")}</b>}
          </span>
        </dd>
        <dt>{t("meeting.result.open")}</dt>
        <dd>{motion.opened_at ? t("meeting.result.fromTo", { from: dateTime(motion.opened_at), to: motion.closed_at ? dateTime(motion.closed_at) : t("meeting.result.still") }) : "-"}</dd>
        <dt>{t("meeting.result.people")}</dt>
        <dd>{motion.count ? t("meeting.result.peopleNumbers", { eligible: number(motion.count.eligible), present: number(motion.count.present), cast: number(motion.count.cast) }) : t("meeting.result.castNow", { cast: number(motion.cast) })}</dd>
        {documents.length > 0 && (
          <>
            <dt>{t("meeting.result.documents")}</dt>
            <dd>
              {documents.map((document) => (
                <p key={document.id}>
                  <a href={`/api/meetings/${result.meeting}/documents/${document.id}`}>{document.title}</a> <span className={classes.hash}>{shortHash(document.sha256)}</span>
                </p>
              ))}
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

function Result({ result }: { result: ResultView }) {
  const { t } = useTranslation();
  const { motion } = result;
  const file = `${result.meeting}-${motion.id}.dinh.json`;
  const bundle = `/api/meetings/${result.meeting}/motions/${motion.id}/bundle`;
  const actions = (
    <>
      <LanguageSwitch />
      <Button variant="default" leftSection={<IconPrinter size={20} />} onClick={() => window.print()}>
        {t("meeting.print")}
      </Button>
      {motion.state === "closed" && <Correct meeting={result.meeting} motion={motion.id} />}
      {motion.state === "closed" && (
        <Button component="a" href={bundle} download={file} leftSection={<IconDownload size={20} />}>
          {t("meeting.result.bundle")}
        </Button>
      )}
    </>
  );
  return (
    <Page title={motion.title} lead={`${result.body} · ${result.meeting_title}`} actions={<div className={`no-print ${classes.actions ?? ""}`}>{actions}</div>}>
      <div className={classes.result}>
        {motion.text !== "" && <p className={classes.text}>{motion.text}</p>}
        {motion.count ? (
          <>
            <Verdict count={motion.count} asked={motion} weights={motion.rule.weights} />
            <Votes count={motion.count} asked={motion} />
          </>
        ) : (
          <Empty title={t(`meeting.result.none.${motion.state}`)} />
        )}
        <Corrections corrections={result.corrections} day />
        <Basis result={result} />
        <Board result={result} />
        <BoxBoard result={result} />
        {motion.state === "closed" && <Check result={result} file={file} />}
      </div>
    </Page>
  );
}

/** The result of one vote, with the bundle that lets anyone count it again. */
export function ResultPage() {
  const { meeting = "", motion = "" } = useParams();
  const result = useResult(meeting, motion);
  if (result.error instanceof Refused && result.error.status === 401) return <Navigate to={`/login?next=${encodeURIComponent(`/result/${meeting}/${motion}`)}`} replace />;
  return (
    <main>
      <Loaded query={result}>{(data) => <Result result={data} />}</Loaded>
    </main>
  );
}
