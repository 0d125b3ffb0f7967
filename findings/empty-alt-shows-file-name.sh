#!/usr/bin/env bash
# An image with alt="", there for decoration only, is shown as its file name by w3m.
#
# Version: w3m 0.5.3+git20230121-2, with lynx 2.9.0dev.12-1 beside it (Debian 12).
# Guess:   alt="" is the one way to say "skip this image", and text browsers are who asked for it.
# Seen:    w3m, as it comes, treats an empty alt like a missing one and shows [logo-3f9c]; a longer name is cut, and a
#          width cuts it to fit: [log]. Only the option ignore_null_img_alt stops it, set to 0 in spite of its name.
#          lynx shows nothing. An inline <svg> without text shows nothing in both.
# Source:  HTML standard, "A purely decorative image" (its alt is empty); w3m -show-option, "Display link name
#          for images lacking ALT".
# So:      asset names with a hash are then part of each page's first line, and of what a speech terminal says. Logos
#          beside their name are CSS backgrounds or inline SVG; a test of the text version looks for "[" before a name.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download w3m=0.5.3+git20230121-2 lynx=2.9.0dev.12-1 \
    lynx-common=2.9.0dev.12-1 libgc1=1:8.2.2-3 libgpm2=1.20.7-10+b1 libbsd0=0.11.7-2
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$dir/$(dirname "$(find root -name 'libgc.so*' | head -1)")
export LD_LIBRARY_PATH
cat > page.html <<'HTML'
<!doctype html><html lang="fr"><meta charset="utf-8"><title>Accueil</title>
<p><a href="/"><img src="/static/logo-3f9c.png" alt=""> Service</a></p>
<p><a href="/"><img src="/static/logo-3f9c.png" alt="" width="32" height="32"> Service</a></p>
<p><a href="/"><svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><path d="M0 0h9"/></svg> Service</a></p>
</html>
HTML
expect() {
    local seen
    seen=$("${@:2}" | grep -o "[^ ].*" | paste -sd '|')
    echo "${*:2}: $seen"
    [[ $seen == "$1" ]] || { echo "changed: expected $1" >&2; exit 1; }
}
export HOME=$dir
expect "[logo-3f9c] Service|[log] Service|Service" root/usr/bin/w3m -dump -T text/html page.html
expect "Service|Service|Service" root/usr/bin/w3m -o ignore_null_img_alt=0 -dump -T text/html page.html
expect "Service|Service|Service" root/usr/bin/lynx -cfg=root/etc/lynx/lynx.cfg -dump -nolist page.html
