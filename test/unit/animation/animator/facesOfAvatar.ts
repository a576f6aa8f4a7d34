import { MorphTarget } from "@babylonjs/core/Morph/morphTarget.js";
import { MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type GaussianAvatar } from "../../../../src/avatar/gaussianAvatar.js";

/** Morph targets without vertices. */
export function Morphs(scene: Scene, names: readonly string[]): MorphTargetManager {
    const manager = new MorphTargetManager(scene);
    for (const name of names) {
        manager.addTarget(new MorphTarget(name, 0, scene));
    }
    return manager;
}

/** The weights that are drawn, by name; those that are 0 are left out. */
export function Drawn(avatar: GaussianAvatar): Record<string, number> {
    const weights = new Float32Array(avatar.asset.morphTargets.length);
    avatar._readExpression(weights);
    const named = avatar.asset.morphTargets.map(({ name }, i) => [name, Math.round(weights[i]! * 1e4) / 1e4] as const);
    return Object.fromEntries(named.filter(([, weight]) => weight !== 0));
}
