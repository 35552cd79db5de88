// The vendor's dark colours hang on an attribute: follow the system, also when it changes.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.setAttribute('data-bs-theme', dark.matches ? 'dark' : 'light');
dark.addEventListener('change', follow);
follow();
