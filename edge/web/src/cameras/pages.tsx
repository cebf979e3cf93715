export { DeskPage } from "./Desk";
export { CameraPage } from "./camera/CameraPage";
export { MonthPage } from "./month/MonthPage";
export { WallPage } from "./wall/WallPage";
