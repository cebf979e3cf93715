import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import vi from "../../locales/vi.json";

export type Language = "vi" | "en";

export const LANGUAGES: readonly { id: Language; name: string }[] = [
  { id: "vi", name: "Tiếng Việt" },
  { id: "en", name: "English" },
];

const KEY = "dinh.language";

function remembered(): Language {
  const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(KEY);
  return asked === "en" ? "en" : "vi";
}

/** Vietnamese is always there; English is fetched when it is first asked for. */
async function load(language: Language): Promise<void> {
  if (language === "vi" || i18next.hasResourceBundle("en", "translation")) return;
  const en = await import("../../locales/en.json");
  i18next.addResourceBundle("en", "translation", en.default, true, true);
}

export async function startWords(): Promise<i18n> {
  const language = remembered();
  await i18next.use(initReactI18next).init({
    lng: "vi",
    fallbackLng: "vi",
    resources: { vi: { translation: vi } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  if (language !== "vi") await setLanguage(language);
  document.documentElement.lang = language;
  return i18next;
}

export async function setLanguage(language: Language): Promise<void> {
  await load(language);
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}
