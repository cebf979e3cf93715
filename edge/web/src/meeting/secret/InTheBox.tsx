import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconClock, IconEraser } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { QrCode } from "../../ground/parts/QrCode";
import { useDesk, useView } from "../tablet/context";
import { takesFocus } from "../tablet/focus";
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

const SHAPES = { asking: IconClock, waiting: IconClock, boxed: IconCircleCheck, forgotten: IconCircleCheck, outside: IconAlertTriangle };

function Code({ sealed, small }: { sealed: At<"boxed">; small: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={classes.code}>
      <QrCode text={`dinh:${sealed.meeting}/${sealed.motion}/${sealed.code}#${sealed.tracker}`} size={small ? 124 : 190} label={t("meeting.secret.qr")} />
      <p>{t("meeting.secret.code")}</p>
      <p className={classes.letters}>{sealed.code}</p>
    </div>
  );
}

/** Where the ballot is: sealed, on its way, in the box with the code that finds it, or left outside. Never what it says. */
export function InTheBox({ sealed, small = false, children }: { sealed: Sealed; small?: boolean; children?: ReactNode }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const Shape = SHAPES[sealed.step];
  const done = sealed.step === "boxed" || sealed.step === "forgotten";
  return (
    <section className={small ? classes.small : classes.ballot} aria-live="polite">
      <div className={classes.main}>
        <p className={done ? classes.done : classes[sealed.step]} ref={small ? undefined : takesFocus} tabIndex={-1}>
          <Shape size={28} aria-hidden="true" /> {t(`meeting.secret.step.${sealed.step}`)}
        </p>
        <p className={classes.text}>{t(`meeting.secret.text.${sealed.step}`)}</p>
        <div className={classes.actions}>
          {sealed.step === "boxed" && (
            <Button size="lg" variant="default" onClick={() => void desk.booth?.forget(sealed.motion, sealed.member)} leftSection={<IconEraser size={24} />}>
              {t("meeting.secret.forget")}
            </Button>
          )}
          {children}
        </div>
      </div>
      {sealed.step === "boxed" && <Code sealed={sealed} small={small} />}
    </section>
  );
}
