import { Button, NumberInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../ground/http/sentence";
import { may, useSession } from "../../ground/http/session";
import { Loaded } from "../../ground/parts/states";
import { number } from "../../ground/words/format";
import classes from "./Budget.module.css";
import { because, precisionWords, useBudgets, useChoose, type Budgets, type CameraBudget, type InForce } from "./budget";

const LARGEST = 200;

function Threshold({ threshold }: { threshold: InForce }) {
  const { t } = useTranslation();
  const why = because(threshold);
  return (
    <div>
      <dt>{t(`camera.budget.light.${threshold.light}`)}</dt>
      <dd>
        <b>{why === "spent" ? t("camera.budget.nothing") : t("camera.budget.from", { threshold: number(threshold.value) })}</b>{" "}
        {t(`camera.budget.because.${why}`, { level: number(threshold.level), base: number(threshold.base) })}
      </dd>
    </div>
  );
}

function Choose({ camera, node }: { camera: CameraBudget; node: number }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(camera.per_day);
  const choose = useChoose();
  const give = (id: string | null, per_day: number | null) => choose.mutate({ camera: id, per_day });
  return (
    <div className={classes.choose}>
      <NumberInput
        label={t("camera.budget.perDay")}
        description={t(camera.own ? "camera.budget.own" : "camera.budget.shared", { count: node })}
        value={wanted}
        min={1}
        max={LARGEST}
        allowDecimal={false}
        clampBehavior="strict"
        onChange={(value) => setWanted(Number(value) || 1)}
      />
      <Button onClick={() => give(camera.camera, wanted)} disabled={camera.own && wanted === camera.per_day} loading={choose.isPending}>
        {t("camera.budget.save")}
      </Button>
      <Button variant="default" onClick={() => give(null, wanted)} disabled={wanted === node}>
        {t("camera.budget.saveNode")}
      </Button>
      {camera.own && (
        <Button
          variant="default"
          onClick={() => {
            give(camera.camera, null);
            setWanted(node);
          }}
        >
          {t("camera.budget.takeBack")}
        </Button>
      )}
      <span role="status">{choose.isError ? sentence(t, choose.error) : choose.isSuccess && t("camera.budget.saved")}</span>
    </div>
  );
}

function Shown({ found, camera }: { found: Budgets; camera: CameraBudget }) {
  const { t } = useTranslation();
  const session = useSession().data;
  return (
    <>
      <p>{t("camera.budget.lately", { per_day: camera.per_day, flagged: camera.flagged, quiet: camera.quiet })}</p>
      <p>{precisionWords(t, camera.precision)}</p>
      {camera.in_force.length > 0 && (
        <dl className={classes.force}>
          {camera.in_force.map((threshold) => (
            <Threshold key={threshold.light} threshold={threshold} />
          ))}
        </dl>
      )}
      <p className="quiet">{t("camera.budget.promise", { most: 2 * camera.per_day + 1 })}</p>
      {(may(session, "officer") || may(session, "administrator")) && <Choose camera={camera} node={found.per_day} />}
    </>
  );
}

/** How many of a camera's sightings are flagged, how right they were, and from which score on it flags now. */
export function Budget({ camera: id }: { camera: string }) {
  const { t } = useTranslation();
  return (
    <section className={classes.budget} aria-labelledby="budget">
      <h2 id="budget">{t("camera.budget.title")}</h2>
      <Loaded query={useBudgets()}>
        {(found) => {
          const camera = found.cameras.find((one) => one.camera === id);
          return camera === undefined ? null : <Shown found={found} camera={camera} />;
        }}
      </Loaded>
    </section>
  );
}
