import { Burger, Button, Drawer, Menu, useMantineColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconLanguage, IconLogout, IconMoon, IconSun } from "@tabler/icons-react";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation, useNavigate } from "react-router";
import { useSession, useSignOut } from "../http/session";
import { ConnectionBanner, ConnectionWords } from "../parts/ConnectionWords";
import { LANGUAGES, setLanguage } from "../words/i18n";
import classes from "./DeskShell.module.css";

export interface Destination {
  to: string;
  label: string;
  icon: ReactNode;
}

function Navigation({ destinations, onGo }: { destinations: Destination[]; onGo?: () => void }) {
  const { t } = useTranslation();
  return (
    <nav className={classes.nav} aria-label={t("ground.navigation")}>
      {destinations.map(({ to, label, icon }) => (
        <NavLink key={to} to={to} className={({ isActive }) => (isActive ? classes.here : classes.link) ?? ""} {...(onGo === undefined ? {} : { onClick: onGo })}>
          {icon}
          <span>{label}</span>
        </NavLink>
      ))}
    </nav>
  );
}

interface Doing {
  label: string;
  icon: ReactNode;
  lang?: string;
  act: () => void;
}

/** What a person may do about himself: the other language, light or dark, leaving. */
function useDoings(): Doing[] {
  const { t, i18n } = useTranslation();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { colorScheme, toggleColorScheme } = useMantineColorScheme();
  const dark = colorScheme === "dark";
  const other = LANGUAGES.find(({ id }) => id !== i18n.language) ?? LANGUAGES[0];
  return [
    ...(other === undefined ? [] : [{ label: other.name, icon: <IconLanguage size={20} />, lang: other.id, act: () => void setLanguage(other.id) }]),
    { label: dark ? t("ground.light") : t("ground.dark"), icon: dark ? <IconSun size={20} /> : <IconMoon size={20} />, act: toggleColorScheme },
    { label: t("ground.signOut"), icon: <IconLogout size={20} />, act: () => signOut.mutate(undefined, { onSettled: () => void navigate("/login") }) },
  ];
}

/** Who I am, with everything else about me behind it: the head stays calm however many places there are to go. */
function Corner() {
  const person = useSession().data;
  const doings = useDoings();
  if (!person) return null;
  return (
    <Menu position="bottom-end" width={220} shadow="md">
      <Menu.Target>
        <Button variant="subtle" color="gray" size="md" rightSection={<IconChevronDown size={18} />}>
          <span className={classes.person}>{person.name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {doings.map(({ label, icon, lang, act }) => (
          <Menu.Item key={label} leftSection={icon} onClick={act} {...(lang === undefined ? {} : { lang })} className={classes.doing ?? ""}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The same in the drawer of a narrow window. */
function Doings() {
  const person = useSession().data;
  const doings = useDoings();
  return (
    <div className={classes.doings}>
      {person && <p className={classes.person}>{person.name}</p>}
      {doings.map(({ label, icon, lang, act }) => (
        <Button key={label} variant="subtle" color="gray" size="lg" justify="flex-start" fullWidth leftSection={icon} onClick={act} {...(lang === undefined ? {} : { lang })}>
          {label}
        </Button>
      ))}
    </div>
  );
}

/** The frame of everybody who works at a desk or from a phone: name of the node, where to go, how we stand, who I am. */
export function DeskShell({ destinations, children }: { destinations: Destination[]; children: ReactNode }) {
  const { t } = useTranslation();
  const [open, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  useEffect(close, [close, pathname]);
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        {t("ground.skip")}
      </a>
      <header className={classes.head}>
        <Burger className={classes.burger ?? ""} opened={open} onClick={toggle} aria-label={t("ground.menu")} size="sm" />
        <span className={classes.brand}>
          <img src="/dinh.svg" alt="" width={28} height={28} />
          Đình
        </span>
        <div className={classes.wide}>
          <Navigation destinations={destinations} />
        </div>
        <div className={classes.state}>
          <ConnectionWords />
        </div>
        <div className={classes.wide}>
          <Corner />
        </div>
      </header>
      <Drawer opened={open} onClose={close} title={t("ground.menu")} size="xs">
        <Navigation destinations={destinations} onGo={close} />
        <Doings />
      </Drawer>
      <main id="main" className={classes.main} tabIndex={-1}>
        {children}
      </main>
      <ConnectionBanner />
    </div>
  );
}
