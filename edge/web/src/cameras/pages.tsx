export { DeskPage } from "./Desk";
