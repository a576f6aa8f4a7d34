import { ArkitNames, type AvatarAnimator } from "babylon-gaussian-avatar";
import { type ISandboxContext } from "../sceneDefinition.js";

/**
 * The shapes that the address names, `&jawOpen=0.5`; the others rest.
 *
 * @param parameters of the address
 */
export function ShapesOf(parameters: URLSearchParams): Record<string, number> {
    const weights = ArkitNames.map((name) => [name, Math.min(1, Math.max(0, Number(parameters.get(name)) || 0))]);
    return Object.fromEntries(weights) as Record<string, number>;
}

/**
 * Fifty-two sliders in the panel.
 *
 * @param controls the scene's folder
 * @param shapes weights by name, to begin with
 * @param animators who shows them
 */
export function AddSliders(
    controls: NonNullable<ISandboxContext["controls"]>,
    shapes: Record<string, number>,
    animators: readonly AvatarAnimator[],
): void {
    const folder = controls.addFolder("52 shapes").close();
    const show = (): void => {
        for (const animator of animators) {
            animator.setExpression(shapes, { name: "sliders", fade: 0 });
        }
    };
    const reset = (): void => {
        Object.keys(shapes).forEach((name) => (shapes[name] = 0));
        folder.controllersRecursive().forEach((controller) => controller.updateDisplay());
        show();
    };
    folder.add({ reset }, "reset").name("all at rest");
    for (const name of Object.keys(shapes)) {
        folder.add(shapes, name, 0, 1, 0.01).onChange(show);
    }
}
