// Passkeys. A form with `data-passkey` asks the server for options, has the browser make or use a passkey, and is then sent
// with the answer like any other form.
{
  const unsupported = !window.PublicKeyCredential?.parseCreationOptionsFromJSON;

  const words = (error) => {
    if (error.name === 'InvalidStateError') return 'This device already has a passkey for you here.';
    if (error.name === 'NotAllowedError' || error.name === 'AbortError')
      return 'No passkey was chosen. Try again.';
    if (error.name === 'SecurityError') return "This address isn't the one that passkeys are for.";
    return "That didn't work. Try again.";
  };

  const ceremonies = {
    add: (options) =>
      navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
    use: (options) =>
      navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  };

  async function answerFor({ dataset }) {
    const response = await fetch(dataset.options, {
      method: 'POST',
      headers: { Accept: 'application/json' },
    });
    if (!response.ok || response.redirected) throw new Error('The server sent no options.');
    return ceremonies[dataset.passkey](await response.json());
  }

  let isBusy = false;

  // Before the scripts that watch every form, because the form is not sent yet.
  document.addEventListener(
    'submit',
    async (event) => {
      const form = event.target;
      if (!form.matches('form[data-passkey]') || form.elements.credential.value !== '') return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (isBusy) return;
      const message = form.querySelector('[role="alert"]');
      message.textContent = unsupported ? "This browser can't use passkeys." : '';
      if (unsupported) return;
      isBusy = true;
      try {
        form.elements.credential.value = JSON.stringify(await answerFor(form));
        form.requestSubmit();
      } catch (error) {
        message.textContent = words(error);
      } finally {
        isBusy = false;
      }
    },
    { capture: true },
  );
}
