import { Button } from "@mantine/core";
import { IconKey, IconPrinter } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { QrCode } from "../../ground/parts/QrCode";
import { useMakePins, type MeetingView, type PinView } from "../api";
import classes from "./Prepare.module.css";

function Card({ meeting, pin }: { meeting: MeetingView; pin: PinView }) {
  const { t } = useTranslation();
  return (
    <article className={classes.card}>
      <div>
        <p className={classes.cardMeeting}>{meeting.title}</p>
        <p className={classes.cardName}>{pin.name}</p>
        <p>{pin.label === null ? t("meeting.pins.noSeat") : t("meeting.seat", { label: pin.label })}</p>
        <p className={classes.cardPin}>
          <span>{t("meeting.pins.pin")}</span> {pin.pin}
        </p>
      </div>
      <QrCode text={pin.badge} size={128} label={t("meeting.pins.badge", { name: pin.name })} />
    </article>
  );
}

/** PINs and badges for all members, shown once, to be printed and cut. */
export function Pins({ meeting }: { meeting: MeetingView }) {
  const { t } = useTranslation();
  const make = useMakePins(meeting.id);
  const had = meeting.members.some(({ has_pin }) => has_pin);
  return (
    <div className={classes.one}>
      <div className={`${classes.blockHead ?? ""} no-print`}>
        <p className={classes.explain}>{had ? t("meeting.pins.again") : t("meeting.pins.text")}</p>
        <Button variant={make.data === undefined ? "filled" : "default"} disabled={meeting.members.length === 0} loading={make.isPending} leftSection={<IconKey size={20} />} onClick={() => make.mutate()}>
          {had ? t("meeting.pins.renew") : t("meeting.pins.make")}
        </Button>
        {make.data !== undefined && (
          <Button leftSection={<IconPrinter size={20} />} onClick={() => window.print()}>
            {t("meeting.print")}
          </Button>
        )}
      </div>
      {make.error !== null && <p role="alert">{sentence(t, make.error)}</p>}
      <div className={classes.cards}>
        {make.data?.map((pin) => (
          <Card key={pin.member} meeting={meeting} pin={pin} />
        ))}
      </div>
    </div>
  );
}
