// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.text.ParseException;
import java.time.Instant;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponseStatus;
import org.bouncycastle.asn1.ocsp.ResponseBytes;
import org.bouncycastle.asn1.ocsp.SingleResponse;
import org.jspecify.annotations.Nullable;

/** Whether an OCSP response can be stapled: what HAProxy looks at, and its words for what is wrong. Pure. */
final class OcspCheck {
    /** The response is about another certificate. */
    static final String OTHER = "OCSP single response: Certificate ID does not match any certificate or issuer.";

    private static final int UNKNOWN = 2;

    private OcspCheck() {}

    /**
     * Why {@code response} cannot be stapled; null when it can.
     *
     * @param id of the certificate it should be about; null to leave that open
     */
    static @Nullable String complaint(OcspResponse response, @Nullable OcspId id, Instant now) {
        SingleResponse single;
        try {
            OCSPResponse whole = OCSPResponse.getInstance(response.der());
            if (whole.getResponseStatus().getIntValue() != OCSPResponseStatus.SUCCESSFUL) {
                return "OCSP response status not successful.";
            }
            BasicOCSPResponse basic = basic(whole);
            if (basic.getTbsResponseData().getResponses().size() != 1) {
                return "OCSP response ignored because contains "
                        + basic.getTbsResponseData().getResponses().size() + " single responses (1 expected).";
            }
            single = SingleResponse.getInstance(
                    basic.getTbsResponseData().getResponses().getObjectAt(0));
            if (single.getCertStatus().getTagNo() == UNKNOWN) {
                return "OCSP single response: certificate status is unknown.";
            }
            if (single.getNextUpdate() == null) {
                return "OCSP single response: missing nextupdate.";
            }
            if (single.getNextUpdate().getDate().toInstant().isBefore(now)) {
                return "OCSP single response: no longer valid.";
            }
        } catch (RuntimeException | ParseException damaged) { // the reader lets class casts and indices through
            return "Unable to parse OCSP response.";
        }
        return id == null || id.is(single.getCertID()) ? null : OTHER;
    }

    static BasicOCSPResponse basic(OCSPResponse whole) {
        ResponseBytes bytes = whole.getResponseBytes();
        if (bytes == null) {
            throw new IllegalArgumentException("a response without content");
        }
        return BasicOCSPResponse.getInstance(bytes.getResponse().getOctets());
    }
}
