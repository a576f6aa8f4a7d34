/** How well feet stand: figures over all frames in which the source's feet are in contact. */
export interface IFootMetrics {
    /** Horizontal speed of standing ankles and toe joints, mean, cm/s. */
    readonly slideMean: number;
    /** … which 95 % of them stay below, cm/s. */
    readonly slideP95: number;
    /** Horizontal movement of all points near the ground, weighted 2 − 2^(h/H) below H = 3.3 cm, cm/s. */
    readonly skateScore: number;
    /** Share of standing points that move faster than 5 cm/s, 0..1. */
    readonly skatingRatio: number;
    /** Distance of standing soles from the ground, mean, mm. */
    readonly soleHeightError: number;
    /** Depth of soles under the ground over all frames, mean, mm. */
    readonly penetrationMean: number;
    /** … and at worst, mm. */
    readonly penetrationMax: number;
    /** Number of contact points · frames that the figures are about. */
    readonly contactCount: number;
}
