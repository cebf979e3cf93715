import { Burger, Button, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconLogout, IconMoon, IconSun } from "@tabler/icons-react";
import { useMantineColorScheme } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation, useNavigate } from "react-router";
import { useSession, useSignOut } from "../http/session";
import { ConnectionBanner, ConnectionWords } from "../parts/ConnectionWords";
import { LanguageSwitch } from "../parts/LanguageSwitch";
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

function Corner() {
  const { t } = useTranslation();
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { colorScheme, toggleColorScheme } = useMantineColorScheme();
  const dark = colorScheme === "dark";
  const leave = () => signOut.mutate(undefined, { onSettled: () => void navigate("/login") });
  return (
    <div className={classes.corner}>
      {session.data && <span className={classes.person}>{session.data.name}</span>}
      <LanguageSwitch />
      <Button variant="subtle" color="gray" size="sm" leftSection={dark ? <IconSun size={20} /> : <IconMoon size={20} />} onClick={toggleColorScheme}>
        {dark ? t("ground.light") : t("ground.dark")}
      </Button>
      <Button variant="subtle" color="gray" size="sm" leftSection={<IconLogout size={20} />} onClick={leave}>
        {t("ground.signOut")}
      </Button>
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
        <Corner />
      </Drawer>
      <main id="main" className={classes.main} tabIndex={-1}>
        {children}
      </main>
      <ConnectionBanner />
    </div>
  );
}
