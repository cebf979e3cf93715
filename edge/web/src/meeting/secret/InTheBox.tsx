import { Button } from "@mantine/core";
import { IconEraser } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Slip } from "../parts/Slip";
import { useDesk, useView } from "../tablet/context";
import classes from "./InTheBox.module.css";
import { nameOf, type At, type Sealed } from "./sealed";

/** This voter's secret ballot in a vote, if he has chosen here. */
export function useSealed(motion: string): Sealed | undefined {
  const { meeting } = useDesk();
  const { me, sealed } = useView();
  return sealed[nameOf({ meeting, motion, member: me?.member ?? "" })];
}

/** What a secret vote is, before the choice. */
export function SecretNote() {
  const { t } = useTranslation();
  return <p className={classes.note}>{t("meeting.secret.note")}</p>;
}

const STATES = { asking: "waiting", waiting: "waiting", boxed: "done", forgotten: "done", outside: "outside" } as const;

/** What the QR of a boxed ballot says: which vote, the code, and the whole tracker. */
export const boxQr = ({ meeting, motion, code, tracker }: At<"boxed">) => `dinh:${meeting}/${motion}/${code}#${tracker}`;

/** Where the ballot is: sealed, on its way, in the box with the code that finds it, or left outside. Never what it says. */
export function InTheBox({ sealed, small = false, children }: { sealed: Sealed; small?: boolean; children?: ReactNode }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const boxed = sealed.step === "boxed" ? sealed : undefined;
  return (
    <div aria-live="polite">
      <Slip
        small={small}
        state={STATES[sealed.step]}
        line={t(`meeting.secret.step.${sealed.step}`)}
        code={boxed && { name: t("meeting.secret.code"), letters: boxed.code, qr: boxQr(boxed), label: t("meeting.secret.qr") }}
        actions={
          <>
            {boxed && (
              <Button size="lg" variant="default" onClick={() => void desk.booth?.forget(sealed.motion, sealed.member)} leftSection={<IconEraser size={24} />}>
                {t("meeting.secret.forget")}
              </Button>
            )}
            {children}
          </>
        }
      >
        <p className={classes.text}>{t(`meeting.secret.text.${sealed.step}`)}</p>
      </Slip>
    </div>
  );
}
