import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Failure, Loading } from "../ground/parts/states";
import { prove, show, type Standing } from "./enrolment";
import { Front } from "./Front";
import classes from "./house.module.css";

const ASK_EVERY_MS = 2000;

/** The token stands in the fragment, which is never sent to a server; once shown it is taken out of the address bar. */
async function begin(): Promise<Standing | null> {
  const token = location.hash.slice(1);
  if (token !== "") {
    await show(token);
    history.replaceState(null, "", location.pathname);
  }
  return prove();
}

function place(standing: Standing): string {
  return standing.kind === "screen" && standing.meeting !== null ? `/hall/${standing.meeting}` : "/tablet";
}

function Waiting({ standing }: { standing: Standing }) {
  const { t } = useTranslation();
  return (
    <div className={classes.card}>
      <h1>{t("house.enrol.waiting", { name: standing.name })}</h1>
      <p>{t("house.enrol.compare")}</p>
      <p className={classes.code} aria-label={standing.code.split("").join(" ")}>
        {standing.code}
      </p>
      <p className="quiet" role="status">
        {t("house.enrol.patience")}
      </p>
    </div>
  );
}

function Ended({ standing }: { standing: Standing | null }) {
  const { t } = useTranslation();
  const state = standing?.state ?? "none";
  return (
    <div className={classes.card}>
      <h1>{t(`house.enrol.${state}.title`)}</h1>
      <p>{t(`house.enrol.${state}.text`)}</p>
    </div>
  );
}

/** A browser becomes a device: it shows its QR token, makes a key, shows the short code, waits, and goes to work. */
export function EnrolPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const secure = window.isSecureContext;
  const standing = useQuery({
    queryKey: ["enrolment"],
    queryFn: begin,
    enabled: secure,
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.state === "waiting" ? ASK_EVERY_MS : false),
  });
  const found = standing.data;
  useEffect(() => {
    if (found?.state === "accepted") void navigate(place(found), { replace: true });
  }, [found, navigate]);
  return (
    <Front>
      {!secure && (
        <div className={classes.card}>
          <h1>{t("house.enrol.insecure.title")}</h1>
          <p>{t("house.enrol.insecure.text")}</p>
          <Button component={Link} to="/trust">
            {t("house.login.trust")}
          </Button>
        </div>
      )}
      {secure && found === undefined && (standing.error === null ? <Loading /> : <Failure error={standing.error} onRetry={() => void standing.refetch()} />)}
      {found?.state === "waiting" && <Waiting standing={found} />}
      {found !== undefined && found?.state !== "waiting" && found?.state !== "accepted" && <Ended standing={found} />}
      {found?.state === "accepted" && <Loading />}
    </Front>
  );
}
