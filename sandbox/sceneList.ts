import { type ISandboxScene } from "./sceneDefinition.js";
import { BodyScene } from "./scenes/body.js";
import { CrowdScene } from "./scenes/crowd.js";
import { DropScene } from "./scenes/drop.js";
import { FaceScene } from "./scenes/face.js";
import { FollowScene } from "./scenes/follow.js";
import { HeadScene } from "./scenes/head.js";
import { RetargetScene } from "./scenes/retarget.js";
import { StepsScene } from "./scenes/steps.js";
import { WalkScene } from "./scenes/walk.js";

/** The scenes by the name in the address; the first opens by itself. */
export const Scenes: Readonly<Record<string, ISandboxScene>> = {
    walk: WalkScene,
    crowd: CrowdScene,
    drop: DropScene,
    retarget: RetargetScene,
    follow: FollowScene,
    steps: StepsScene,
    body: BodyScene,
    face: FaceScene,
    head: HeadScene,
};
