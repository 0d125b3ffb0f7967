#!/usr/bin/env bash
# Told that VAT is due on payment, factur-x-kit makes an invoice that says nothing of it.
#
# Version: factur-x-kit 0.3.1 (npm), totalsCalculator and getXML at level en16931.
# Guess:   optionalTaxDueDates, which exists to say when the VAT of a rate is due (BT-7, BT-8), is written beside that rate;
#          or it is refused, since the library refuses what breaks the norm's rules.
# Seen:    code 72 (date of payment) is accepted and is in none of the results: the breakdown is made without the list. Nor
#          does it help to put the same key there by hand: it is dueDateTimeCode in what goes in, dueDateTypeCode in
#          what comes out, and the wrong one is dropped in silence. With the second the XML has its DueDateTypeCode.
# Source:  factur-x-kit/dist/index.js: createNewTaxBreakdownItem() has a third argument that no caller gives;
#          EN 16931, BT-8; ZUGFeRD/mustangproject issue 308 (what 5, 29 and 72 mean to a French buyer).
# So:      VAT on services is due on payment in France, or on invoicing after "l'option pour les débits", which the invoice
#          has to say. The code is put into the finished breakdown, and a test looks for it in the XML.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-fund --no-audit --prefix "$dir" factur-x-kit@0.3.1
cat > "$dir/invoice.mjs" <<'JAVASCRIPT'
import assert from "node:assert";
import { FacturX, totalsCalculator } from "factur-x-kit";

const day = (date) => ({ year: 2026, month: 12, day: date });
const party = (name) => ({
  name,
  postalAddress: { addressLineOne: "1 rue Exemple", postcode: "22000", city: "Saint-Brieuc", country: "FR" },
});
const calculated = () =>
  totalsCalculator({
    document: { id: "F1", type: "380", currency: "EUR", dateOfIssue: day(1) },
    seller: { ...party("Service"), taxIdentification: { vatId: "FR32123456789" } },
    buyer: party("Entreprise"),
    invoiceLines: [{
      generalLineData: { lineId: "1" },
      productDescription: { name: "Cotisation" },
      productPriceAgreement: { productPricing: { basisPricePerItem: 139.2 } },
      delivery: { itemQuantity: { quantity: 1, unit: "C62" } },
      settlement: { tax: { categoryCode: "S", rateApplicablePercent: 20 } },
    }],
    delivery: { deliveryDate: day(1) },
    paymentInformation: { paymentTerms: { dueDate: day(31) } },
    totals: { optionalTaxDueDates: [{ categoryCode: "S", rateApplicablePercent: 20, dueDateTimeCode: "72" }] },
  });
const written = async (said) => {
  const invoice = calculated();
  Object.assign(invoice.totals.taxBreakdown[0], said);
  const code = /<ram:DueDateTypeCode>(.*?)</.exec(await (await FacturX.fromObject(invoice)).getXML());
  console.log("breakdown:", JSON.stringify(invoice.totals.taxBreakdown[0]), "- in the XML:", code?.[1]);
  return code?.[1];
};
assert.equal(await written({}), undefined, "changed: the option is obeyed");
assert.equal(await written({ dueDateTimeCode: "72" }), undefined, "changed: the option's own key is known");
assert.equal(await written({ dueDateTypeCode: "72" }), "72");
JAVASCRIPT
node "$dir/invoice.mjs"
