// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.ExchangeByHand;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Converters of later HAProxys than the installed one: by the examples of their manuals. */
class NewerConvertersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bin(01020304050607),le2dec(:,2) | 513:1027:1541:7",
                "bin(01020304050607),le2dec(-,2,1) | 513-1027-1541",
                "bin(7f000001),le2dec(.,1) | 127.0.0.1",
                "str(a=1&b=2&c),param(b) | 2",
                "str(a=1;b=2),param(b,;) | 2",
                "int(1700000000123),ms_utime(%Y-%m-%dT%H:%M:%S.%3N) | 2023-11-14T22:13:20.123",
                "int(1700000000123456),us_utime(%H:%M:%S.%6N) | 22:13:20.123456",
                "int(1700000000123),ms_utime(%N) | 123000000",
                "int(1700000000123),ms_ltime(%S.%3N) | 20.123",
                "int(1700000000123456),us_ltime(%S.%6N) | 20.123456",
                "str('for=192.0.2.1;proto=http'),rfc7239_is_valid | 1",
                "str('proto=custom'),rfc7239_is_valid | 0",
                "str('proto=https;host=\"haproxy.org:80\"'),rfc7239_field(host) | haproxy.org:80",
                "str('_name:_port'),rfc7239_n2nn | _name",
                "str('_name:_port'),rfc7239_n2np | _port",
                "str('[2001:db8::1]:47'),rfc7239_n2nn | 2001:db8::1",
                "str('192.0.2.1:47'),rfc7239_n2np | 47",
                "str(text),aes_cbc_enc(128,MTIzNDU2Nzg5MDEyMzQ1Ng==,a2V5a2V5a2V5a2V5a2V5aw==),hex"
                        + " | 35B4691A27D2EC6149EF8A8A7D043679",
                "str(text),aes_cbc_enc(256,MTIzNDU2Nzg5MDEyMzQ1Ng==,a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5azE=)"
                        + ",aes_cbc_dec(256,MTIzNDU2Nzg5MDEyMzQ1Ng==,a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5azE=) | text",
                "int(10),x509_v_err_str | X509_V_ERR_CERT_HAS_EXPIRED",
                "int(0),x509_v_err_str | X509_V_OK",
                "str(a),when(normal) | a",
                "str(a),when(error) | ''",
                "str(a),when(forwarded) | ''",
                "str(a),when(stopping) | ''",
                "quic_enabled | 0",
                "str(a.b),jwt_decrypt_jwk(txn.none) | ''",
                "str(eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0"
                        + ".6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ"
                        + ".KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ)"
                        + ",jwt_decrypt_secret(GawgguFyGrWKav7AX4VKUg) | Live long and prosper.",
                "str(text),aes_gcm_enc(128,MTIzNDU2Nzg5MDEy,a2V5a2V5a2V5a2V5a2V5aw==,txn.tag)"
                        + ",aes_gcm_dec(128,MTIzNDU2Nzg5MDEy,a2V5a2V5a2V5a2V5a2V5aw==,txn.tag) | text"
            })
    void theyYieldWhatTheirManualSays(String expression, String value) {
        String quoted = expression.replace("\\", "\\\\").replace("\"", "\\\"");
        LoadedText loaded = LoadedText.of("defaults\n mode http\n timeout client 1s\nfrontend f\n bind :1\n"
                + " http-request set-header x \"%[" + quoted + "]\"\n");
        ExchangeByHand exchange = new ExchangeByHand(loaded, "f").request("GET / HTTP/1.1\nHost: a");
        exchange.judge();

        assertThat(exchange.values("x")).containsExactly(value);
    }
}
