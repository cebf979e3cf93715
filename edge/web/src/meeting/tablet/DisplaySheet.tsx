import { Button, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAdjustments, IconCheck, IconVolume } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, setLanguage, type Language } from "../../ground/words/i18n";
import classes from "./DisplaySheet.module.css";
import { setDisplay, useDisplay } from "./display";
import { speak, useVoice } from "./voice";

interface Option {
  id: string;
  label: string;
  sample?: ReactNode;
  lang?: string;
  disabled?: boolean;
}

interface GroupProps {
  name: string;
  title: string;
  options: Option[];
  value: string;
  onChange: (id: string) => void;
  children?: ReactNode;
}

/** One question of the sheet with its answers side by side, as radio buttons that a thumb can hit. */
function Group({ name, title, options, value, onChange, children }: GroupProps) {
  return (
    <fieldset className={classes.group}>
      <legend>{title}</legend>
      <div className={classes.options}>
        {options.map(({ id, label, sample, lang, disabled = false }) => (
          <label key={id} className={classes.option} {...(lang === undefined ? {} : { lang })}>
            <input className="sr-only" type="radio" name={name} value={id} checked={id === value} disabled={disabled} onChange={() => onChange(id)} />
            {sample !== undefined && (
              <span className={classes.sample} aria-hidden="true">
                {sample}
              </span>
            )}
            <span>{label}</span>
            <IconCheck className={classes.tick} size="1.4rem" stroke={2.6} aria-hidden="true" />
          </label>
        ))}
      </div>
      {children}
    </fieldset>
  );
}

function Voice() {
  const { t, i18n } = useTranslation();
  const { voice } = useDisplay();
  const found = useVoice();
  const options = [
    { id: "off", label: t("meeting.display.voiceOff") },
    { id: "on", label: t("meeting.display.voiceOn"), disabled: found === undefined },
  ];
  const choose = (id: string) => {
    setDisplay({ voice: id === "on" ? "on" : "off" });
    if (id === "on" && found) speak(found, i18n.getFixedT("vi")("meeting.said.on"));
  };
  return (
    <Group name="voice" title={t("meeting.display.voice")} options={options} value={found === undefined ? "off" : voice} onChange={choose}>
      <p className={classes.note}>
        <IconVolume size="1.4rem" aria-hidden="true" /> {found === undefined ? t("meeting.display.noVoice") : t("meeting.display.voiceText")}
      </p>
    </Group>
  );
}

function Sheet() {
  const { t, i18n } = useTranslation();
  const { size, contrast } = useDisplay();
  const sizes = [
    { id: "normal", label: t("meeting.display.sizeNormal"), sample: <span style={{ fontSize: 22 }}>Aa</span> },
    { id: "large", label: t("meeting.display.sizeLarge"), sample: <span style={{ fontSize: 34 }}>Aa</span> },
  ];
  const contrasts = [
    { id: "normal", label: t("meeting.display.contrastNormal"), sample: <span className={classes.soft}>Aa</span> },
    { id: "strong", label: t("meeting.display.contrastStrong"), sample: <span className={classes.strong}>Aa</span> },
  ];
  return (
    <div className={classes.sheet}>
      <Group name="size" title={t("meeting.display.size")} options={sizes} value={size} onChange={(id) => setDisplay({ size: id === "large" ? "large" : "normal" })} />
      <Group name="contrast" title={t("meeting.display.contrast")} options={contrasts} value={contrast} onChange={(id) => setDisplay({ contrast: id === "strong" ? "strong" : "normal" })} />
      <Voice />
      <Group name="language" title={t("meeting.display.language")} options={LANGUAGES.map(({ id, name }) => ({ id, label: name, lang: id }))} value={i18n.language} onChange={(id) => void setLanguage(id as Language)} />
      <p className="quiet">{t("meeting.display.kept")}</p>
    </div>
  );
}

/** One tap from the top bar: how this tablet is read, pressed and heard. */
export function DisplayButton() {
  const { t } = useTranslation();
  const [open, { open: show, close }] = useDisclosure(false);
  return (
    <>
      <button type="button" className={classes.open} onClick={show} aria-haspopup="dialog">
        <IconAdjustments size="1.6rem" stroke={1.7} aria-hidden="true" />
        <span>{t("meeting.display.title")}</span>
      </button>
      <Drawer opened={open} onClose={close} title={t("meeting.display.title")} position="right" size="min(30rem, 100vw)" closeButtonProps={{ size: "3rem", iconSize: "1.6rem", "aria-label": t("ground.close") }}>
        <Sheet />
        <div className={classes.foot}>
          <Button size="xl" fullWidth onClick={close}>
            {t("meeting.display.done")}
          </Button>
        </div>
      </Drawer>
    </>
  );
}
