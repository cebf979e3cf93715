export { DeskPage } from "./Desk";
export { CameraPage } from "./camera/CameraPage";
export { WallPage } from "./wall/WallPage";
