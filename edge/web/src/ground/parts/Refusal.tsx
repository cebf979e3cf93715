import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { sentence } from "../http/sentence";

/** What a request was refused for, where it was made. */
export function Refusal({ error }: { error: Error | null }) {
  const { t } = useTranslation();
  if (error === null) return null;
  return (
    <Alert color="lacquer" role="alert">
      {sentence(t, error)}
    </Alert>
  );
}
