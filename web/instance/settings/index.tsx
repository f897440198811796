import { SettingsPage } from '../../parts/settings-page.tsx';

export default SettingsPage;
