// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.text.ParseException;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.ocsp.SingleResponse;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * An OCSP response as {@code openssl ocsp -resp_text} shows it, up to its times: signature and certificates of the responder
 * are left out. Pure.
 */
final class OcspText {
    private OcspText() {}

    static String of(OcspResponse response) {
        StringBuilder out = new StringBuilder("OCSP Response Data:\n");
        try {
            OCSPResponse whole = OCSPResponse.getInstance(response.der());
            BasicOCSPResponse basic = OcspCheck.basic(whole);
            out.append("    OCSP Response Status: successful (0x0)\n    Response Type: Basic OCSP Response\n");
            out.append("    Version: 1 (0x0)\n    Responder Id: ");
            out.append(responder(basic.getTbsResponseData().getResponderID())).append('\n');
            out.append("    Produced At: ")
                    .append(date(basic.getTbsResponseData().getProducedAt()))
                    .append("\n    Responses:\n");
            for (int i = 0; i < basic.getTbsResponseData().getResponses().size(); i++) {
                single(
                        SingleResponse.getInstance(
                                basic.getTbsResponseData().getResponses().getObjectAt(i)),
                        out);
            }
        } catch (RuntimeException | ParseException damaged) { // as in OcspCheck
            out.append("    unreadable\n");
        }
        return out.toString();
    }

    private static void single(SingleResponse single, StringBuilder out) throws ParseException {
        HexFormat hex = HexFormat.of().withUpperCase();
        out.append("    Certificate ID:\n      Hash Algorithm: sha1\n      Issuer Name Hash: ")
                .append(hex.formatHex(single.getCertID().getIssuerNameHash().getOctets()))
                .append("\n      Issuer Key Hash: ")
                .append(hex.formatHex(single.getCertID().getIssuerKeyHash().getOctets()))
                .append("\n      Serial Number: ")
                .append(CertificateText.hex(single.getCertID().getSerialNumber().getValue()))
                .append("\n    Cert Status: ")
                .append(
                        switch (single.getCertStatus().getTagNo()) {
                            case 0 -> "good";
                            case 1 -> "revoked";
                            default -> "unknown";
                        })
                .append("\n    This Update: ")
                .append(date(single.getThisUpdate()));
        if (single.getNextUpdate() != null) {
            out.append("\n    Next Update: ").append(date(single.getNextUpdate()));
        }
        out.append("\n \n");
    }

    private static String responder(ResponderID id) {
        if (id.getName() == null) {
            return HexFormat.of().withUpperCase().formatHex(id.getKeyHash());
        }
        X500Name name = id.getName();
        return name.toString().replace(",", ", ").replace("=", " = ");
    }

    private static String date(ASN1GeneralizedTime time) throws ParseException {
        return CertificateText.date(time.getDate().toInstant());
    }
}
