/** Smallest and largest angle, degrees. */
export type AngleRange = readonly [min: number, max: number];

/**
 * How far joints of the left side and the middle turn about the axes of the T-pose, degrees; those of the right side mirror
 * them. Signs follow SMPL space: about x, legs and hanging arms swing forward at negative angles, the trunk bends forward at
 * positive ones; about y, a left arm swings forward at negative angles; about z, a left arm or leg lifts outwards at positive
 * ones.
 *
 * The ranges are those of healthy adults as the American Academy of Orthopaedic Surgeons states them (*Joint Motion: Method
 * of Measuring and Recording*, 1965; also Norkin and White, *Measurement of Joint Motion*). Those of the spine and the neck
 * are shared out among the joints that SMPL-X has there. What skinning cannot follow is left out: the last fifth of most ranges.
 */
export const JointLimits = {
    /** Thoracolumbar flexion 80°, extension 25°, lateral 35°, rotation 45°; a third each. */
    spine: { x: [-7, 24], y: [-13, 13], z: [-10, 10] },
    /** Cervical flexion and extension 45°, lateral 45°, rotation 60°; half each to neck and head. */
    neck: { x: [-18, 20], y: [-28, 28], z: [-16, 16] },
    /** Clavicle: elevation 30° and depression 5°, pro- and retraction 15° (Inman and others 1944). */
    collar: { x: [0, 0], y: [-15, 12], z: [-5, 22] },
    /** Shoulder, of which the joint itself does two thirds: abduction 180° from hanging, horizontal flexion 130°, rotation 70°. */
    shoulder: { x: [-50, 50], y: [-95, 25], z: [-80, 70] },
    /** A hanging arm: flexion 180°, of which 70° still hang, extension 60°; abduction from the body. */
    hangingShoulder: { x: [-65, 35], y: [0, 0], z: [-78, -52] },
    /** Elbow flexion 150°; pronation and supination 80° each, half of which the wrist does. */
    elbow: { x: [-40, 40], y: [-130, 0], z: [0, 0] },
    /** Wrist flexion 80°, extension 70°, deviation 20° and 30°. */
    wrist: { x: [-25, 25], y: [-20, 20], z: [-55, 50] },
    /** Hip flexion 120°, extension 30°, abduction 45°, adduction 30°, rotation 45°. */
    hip: { x: [-95, 22], y: [-30, 30], z: [-12, 38] },
    /** Knee flexion 135°. */
    knee: { x: [0, 120], y: [0, 0], z: [0, 0] },
    /** Ankle: dorsiflexion 20°, plantar flexion 50°, inversion and eversion. */
    ankle: { x: [-18, 38], y: [-12, 12], z: [-8, 8] },
    /** Toes: extension 70°, flexion 35°. */
    toes: { x: [-30, 12], y: [0, 0], z: [0, 0] },
    /** Finger flexion 90° (knuckle), 100° and 90°; extension is left out. */
    finger: { x: [0, 0], y: [-8, 8], z: [-85, 0] },
    /** Thumb: all three joints, about its own slant. */
    thumb: { x: [0, 25], y: [-10, 30], z: [-15, 15] },
    /** Gaze, half of what eyes can. */
    eye: { x: [-15, 15], y: [-22, 22], z: [0, 0] },
} as const satisfies Readonly<Record<string, Readonly<Record<"x" | "y" | "z", AngleRange>>>>;

/** Name of one set of limits. */
export type LimitedJoint = keyof typeof JointLimits;
