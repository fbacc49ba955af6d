import { signIn } from './api.js';
import { byId, setText } from './dom.js';

/** Asks until somebody has signed in; the view stays where it is behind. Resolves with the session. */
export function askForKey(reason) {
  const dialog = byId('sign-in');
  const [input, fault] = [byId('key'), byId('sign-in-fault')];
  const form = dialog.querySelector('form');
  setText(fault, reason);
  dialog.showModal();
  input.focus();

  return new Promise((resolve) => {
    async function submit(event) {
      event.preventDefault();
      setText(fault, '');
      try {
        const session = await signIn({ key: input.value.trim() });
        form.removeEventListener('submit', submit);
        dialog.removeEventListener('cancel', stay);
        form.reset();
        dialog.close();
        resolve(session);
      } catch (error) {
        setText(fault, error.message);
        input.select();
      }
    }
    const stay = (event) => event.preventDefault();
    form.addEventListener('submit', submit);
    dialog.addEventListener('cancel', stay);
  });
}
