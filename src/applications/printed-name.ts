/**
 * How a name will stand on the certificate, before anything is submitted: rare characters by their reading (R26), which the person
 * confirms or corrects, because no software can decide a polyphone.
 */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { codePointOf, normaliseName } from '../certificate/name.ts';
import { printedNameOf, type PrintingCircumstances, type RareCharacter } from '../certificate/rarity.ts';
import type { PrintedName } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { ContentInvalid } from './check-content.ts';
import { displayableBy } from './judge-content.ts';
import { manualReadings } from './roster/cells.ts';

/**
 * The printed name, and each rare character with its reading; null where a reading is still missing.
 * @throws Forbidden; ContentInvalid (CONTENT_INVALID) for what is no name, or readings not written as such
 */
export function printedNameFor(
  world: World,
  act: PersonalAct,
  wanted: { readonly name: string; readonly namePinyin?: string },
): PrintedName {
  demandMay(act.by, 'application.draft');
  const named = normaliseName(wanted.name);
  if (!named.ok) throw new ContentInvalid([{ pointer: '/name', ...named.fault }]);
  const { name } = named;
  const manual = manualReadings(wanted.namePinyin ?? '', name);
  if (!manual.ok) throw new ContentInvalid([{ pointer: '/namePinyin', ...manual.fault }]);

  const circumstances = {
    policy: world.config.rarityPolicy,
    manual: manual.value,
    displayable: displayableBy(world),
  };
  const whole = printedNameOf(name, circumstances);
  if (whole.ok)
    return { name, printedName: whole.printedName, rareCharacters: whole.rareCharacters.map(rareView) };
  const rareCharacters = [...name].flatMap(character => rareAlone(character, circumstances));
  return { name, printedName: null, rareCharacters };
}

type Rare = PrintedName['rareCharacters'][number];

function rareView({ char, codePoint, pinyin }: RareCharacter): Rare {
  return { character: char, codePoint, pinyin };
}

/** One character of a name that cannot be printed as a whole yet: nothing for a common one, no reading where none is known. */
function rareAlone(character: string, circumstances: PrintingCircumstances): readonly Rare[] {
  const answer = printedNameOf(character, circumstances);
  if (!answer.ok) return [{ character, codePoint: codePointOf(character), pinyin: null }];
  return answer.rareCharacters.map(rareView);
}
