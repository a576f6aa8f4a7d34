/**
 * Action units of the Facial Action Coding System and the words for them, lower case, letters and digits only; `~` is the side
 * that the name says, or both.
 */
export const FacsUnits: readonly (readonly [names: string, shapes: string])[] = [
    ["au1 au01 innerbrowraiser", "browInnerUp .5"],
    ["au2 au02 outerbrowraiser", "browOuterUp~"],
    ["au4 au04 browlowerer", "browDown~"],
    ["au5 au05 upperlidraiser", "eyeWide~"],
    ["au6 au06 cheekraiser", "cheekSquint~"],
    ["au7 au07 lidtightener", "eyeSquint~"],
    ["au9 au09 nosewrinkler", "noseSneer~"],
    ["au10 upperlipraiser", "mouthUpperUp~"],
    ["au12 lipcornerpuller", "mouthSmile~"],
    ["au14 dimpler", "mouthDimple~"],
    ["au15 lipcornerdepressor", "mouthFrown~"],
    ["au16 lowerlipdepressor", "mouthLowerDown~"],
    ["au17 chinraiser", "mouthShrugLower .5"],
    ["au18 lippuckerer", "mouthPucker .5"],
    ["au19 tongueshow", "tongueOut"],
    ["au20 lipstretcher", "mouthStretch~"],
    ["au22 lipfunneler", "mouthFunnel .5"],
    ["au23 liptightener", "mouthPress~ .5"],
    ["au24 lippressor", "mouthPress~"],
    ["au25 lipspart", "mouthLowerDown~ .4, mouthUpperUp~ .2"],
    ["au26", "jawOpen .6"],
    ["au27 mouthstretchopen", "jawOpen"],
    ["au28 lipsuck", "mouthRollLower .5, mouthRollUpper .5"],
    ["au29 jawthruster", "jawForward"],
    ["au33 au34 cheekblower cheekpuffer", "cheekPuff .5"],
    ["au43 au45 eyesclose", "eyeBlink~"],
];
