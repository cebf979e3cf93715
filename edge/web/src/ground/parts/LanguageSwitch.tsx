import { Button } from "@mantine/core";
import { IconLanguage } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, setLanguage } from "../words/i18n";

/** One button that names the other language in that language. */
export function LanguageSwitch({ size = "sm" }: { size?: "sm" | "md" | "lg" }) {
  const { i18n } = useTranslation();
  const other = LANGUAGES.find(({ id }) => id !== i18n.language) ?? { id: "vi" as const, name: "Tiếng Việt" };
  return (
    <Button variant="subtle" color="gray" size={size} leftSection={<IconLanguage size={20} />} onClick={() => void setLanguage(other.id)} lang={other.id}>
      {other.name}
    </Button>
  );
}
