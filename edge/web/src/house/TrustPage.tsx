import { Button, Tabs } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { get } from "../ground/http/client";
import { Loaded } from "../ground/parts/states";
import { date } from "../ground/words/format";
import { Front } from "./Front";
import classes from "./house.module.css";

interface Trust {
  name: string;
  fingerprint_sha256: string;
  ends_at: string;
}

const SYSTEMS = ["android", "ipad", "windows"] as const;
const STEPS = [1, 2, 3, 4] as const;

/** The system that asks, so that its steps are open first. */
function mine(): (typeof SYSTEMS)[number] {
  if (/iPad|iPhone|Macintosh/.test(navigator.userAgent)) return "ipad";
  return navigator.userAgent.includes("Windows") ? "windows" : "android";
}

/** How to install the node's own certificate. */
export function TrustPage() {
  const { t } = useTranslation();
  const trust = useQuery({ queryKey: ["trust"], queryFn: () => get<Trust>("/api/trust") });
  return (
    <Front wide>
      <div className={classes.card}>
        <h1>{t("house.trust.title")}</h1>
        <p>{t("house.trust.text")}</p>
        <Button component="a" href="/ca.crt" download="dinh-ca.crt" size="lg" leftSection={<IconDownload size={22} />}>
          {t("house.trust.download")}
        </Button>
        <Loaded query={trust}>
          {(found) => (
            <div>
              <h2>{t("house.trust.fingerprint")}</h2>
              <p className="quiet">{t("house.trust.compare", { date: date(found.ends_at) })}</p>
              <p className={classes.mono}>{found.fingerprint_sha256}</p>
            </div>
          )}
        </Loaded>
      </div>
      <div className={classes.card}>
        <Tabs defaultValue={mine()}>
          <Tabs.List>
            {SYSTEMS.map((system) => (
              <Tabs.Tab key={system} value={system}>
                {t(`house.trust.${system}.name`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {SYSTEMS.map((system) => (
            <Tabs.Panel key={system} value={system} pt="md">
              <ol className={classes.steps}>
                {STEPS.map((step) => (
                  <li key={step}>{t(`house.trust.${system}.s${step}`)}</li>
                ))}
              </ol>
            </Tabs.Panel>
          ))}
        </Tabs>
      </div>
      <Link to="/login">{t("house.trust.on")}</Link>
    </Front>
  );
}
