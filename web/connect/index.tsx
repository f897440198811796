import './connect.css';
import './form.css';
import { Route, Switch, useSearchParams } from 'wouter';
import { readHost } from './api.ts';
import { paint } from './look.ts';
import { Open } from './steps/open.tsx';
import { Refused } from './steps/refused.tsx';
import { Session } from './steps/session.tsx';
import { originOf, Surrounded, type Surroundings } from './surroundings.tsx';
import { chooseLanguage, LANGUAGES } from './texts/index.ts';
import { wishedLanguage } from './wished-language.ts';

/** Loaded before anything is shown: nobody should see the page change its language or its colour. */
const surroundings = await prepare();

async function prepare(): Promise<Surroundings> {
  const language = chooseLanguage([wishedLanguage(location.search), ...navigator.languages]);
  const load = LANGUAGES[language]?.load;
  if (load === undefined) throw new Error(`There is no language ${language}.`);
  const [texts, host] = await Promise.all([load(), readHost()]);
  document.documentElement.lang = language;
  paint(document.documentElement, host.colour);
  return { language, texts, host };
}

/** What the user of a host sees: the one-time link, the choice, an app's step, the result. */
export default function Connect() {
  return (
    <Surrounded value={surroundings}>
      <Switch>
        <Route path="/connect/result">
          <Turned />
        </Route>
        <Route path="/connect/session/:id/*?">{({ id }) => <Session key={id} id={id} />}</Route>
        <Route path="/connect/:token">{({ token }) => <Open key={token} token={token} />}</Route>
        <Route>
          <Turned />
        </Route>
      </Switch>
    </Surrounded>
  );
}

/** Somebody of whose session nothing is known here. */
function Turned() {
  const [params] = useSearchParams();
  return <Refused code={params.get('code') ?? 'not_found'} origin={originOf(surroundings.host, null)} />;
}
