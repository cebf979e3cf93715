import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ResultView } from "../api";
import { Chosen } from "../parts/Chosen";
import { chosenOf, NOBODY } from "../parts/choice";
import classes from "../result.module.css";
import { BoxCounts } from "./Counts";

/** The board of a secret vote: every ballot by the code that only its voter knows, in the order of the codes. */
export function BoxBoard({ result }: { result: ResultView }) {
  const { t } = useTranslation();
  if (result.box.length === 0) return null;
  return (
    <section className={classes.block}>
      <h2>{t("meeting.secret.board")}</h2>
      <p className="quiet">{t("meeting.secret.boardText")}</p>
      <BoxCounts count={result.motion.count} />
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("meeting.secret.board")}>
        <Table striped verticalSpacing={6} fz="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("meeting.secret.code")}</Table.Th>
              <Table.Th>{t("meeting.result.choice")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {result.box.map((line) => (
              <Table.Tr key={line.tracker}>
                <Table.Td className={classes.code}>{line.code}</Table.Td>
                <Table.Td>
                  {line.counts ? (
                    <span className={classes.choice}>
                      <Chosen choice={line.choice} names={chosenOf(result.motion.candidates, line.choice).map(({ name }) => name)} size={14} />
                    </span>
                  ) : (
                    t(line.choice === NOBODY ? "meeting.secret.invalidBlank" : "meeting.secret.invalid")
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
