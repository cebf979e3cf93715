import { useTranslation } from "react-i18next";
import { useNow } from "../live/source";
import { ago, dateTime } from "../words/format";

/** "3 phút trước", kept up to date; the exact time for machines and for who asks. */
export function Ago({ at }: { at: string }) {
  const { t } = useTranslation();
  const { key, count } = ago(at, useNow(5000));
  return (
    <time dateTime={at} title={dateTime(at)}>
      {t(`ground.ago.${key}`, { count })}
    </time>
  );
}
