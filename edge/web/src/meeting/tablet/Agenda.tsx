import { IconCheck, IconFileText, IconPlayerPlay } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { AgendaItem, AgendaSnapshot } from "../../ground/wire";
import classes from "./Agenda.module.css";

function State({ item }: { item: AgendaItem }) {
  if (item.state === "done") return <IconCheck size={22} stroke={2.4} aria-hidden="true" />;
  if (item.state === "current") return <IconPlayerPlay size={22} stroke={2.4} aria-hidden="true" />;
  return <span aria-hidden="true">{item.number}</span>;
}

/** The agenda with where we are. Looking at another item moves nothing but this tablet. */
export function Agenda({ agenda, shown, onShow }: { agenda: AgendaSnapshot; shown: string | undefined; onShow: (item: string) => void }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("meeting.agenda.title")}>
      <h2 className={classes.title}>{t("meeting.agenda.title")}</h2>
      <ol className={classes.list}>
        {agenda.items.map((item) => (
          <li key={item.id}>
            <button type="button" className={`${classes.item ?? ""} ${classes[item.state] ?? ""} ${item.id === shown ? (classes.shown ?? "") : ""}`} aria-current={item.id === shown} onClick={() => onShow(item.id)}>
              <span className={classes.state}>
                <State item={item} />
              </span>
              <span className={classes.words}>
                <span>{item.title}</span>
                <small>
                  {t(`meeting.agenda.state.${item.state}`)}
                  {item.documents.length > 0 && (
                    <>
                      {" · "}
                      <IconFileText size={16} aria-hidden="true" /> {t("meeting.agenda.documents", { count: item.documents.length })}
                    </>
                  )}
                </small>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
