import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "../house.module.css";
import { AddressSteps } from "./AddressSteps";
import { OnvifSteps } from "./OnvifSteps";

const WAYS = ["find", "address"] as const;

/** A new camera: found on the network, or by its address. */
export function CameraSteps({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [way, setWay] = useState<string>(WAYS[0]);
  return (
    <div className={classes.stack}>
      <SegmentedControl value={way} onChange={setWay} data={WAYS.map((value) => ({ value, label: t(`house.cameras.way.${value}`) }))} aria-label={t("house.cameras.way.label")} fullWidth />
      {way === "find" ? <OnvifSteps onDone={onDone} /> : <AddressSteps onDone={onDone} />}
    </div>
  );
}
