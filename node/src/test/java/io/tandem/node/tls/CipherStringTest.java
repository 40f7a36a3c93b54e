// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CipherStringTest {
    private static final String TUTORIAL =
            "ECDH+AESGCM:DH+AESGCM:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:RSA+AESGCM:" + "RSA+AES:!aNULL:!MD5:!DSS";

    @ParameterizedTest
    @ValueSource(
            strings = {
                TUTORIAL,
                "DEFAULT",
                "HIGH:!aNULL:!MD5",
                "ALL",
                "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:AES128-SHA",
                "EECDH+AESGCM:EDH+AESGCM",
                "kEECDH+aRSA+AES:kRSA+AES:+AES256:!RC4-SHA:!kEDH:!LOW:!EXP:!MD5:!aNULL:!eNULL",
                "ALL:-AES128:AES128+ECDH",
                "ALL:!PSK:!SRP:@STRENGTH",
                "AES128 AES256, CHACHA20",
                "ECDHE:!SHA1:!AESCCM8",
                "SHA384:SHA256",
                "TLSv1.2+kRSA:SSLv3",
                "NOSUCH:AES128-SHA",
                "HIGH:+3DES:+SHA1:-aPSK:CAMELLIA",
                "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305",
            })
    void ordersSuitesAsOpenSslDoes(String text) throws Exception {
        assertThat(names(text)).containsExactlyElementsOf(openssl(text));
    }

    @Test
    void aStringThatNamesNothingIsEmpty() {
        assertThat(CipherString.parse("FOO")).isEmpty();
    }

    @Test
    void theTutorialsStringLeavesBoringSslItsBestSuitesFirst() {
        assertThat(names(TUTORIAL))
                .startsWith("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384")
                .contains("AES128-SHA")
                .doesNotContain("ADH-AES128-SHA");
    }

    private static List<String> names(String text) {
        return CipherString.parse(text).stream().map(CipherSuite::name).toList();
    }

    private static List<String> openssl(String text) throws IOException, InterruptedException {
        Program.assumeInstalled("openssl");
        String out = Program.of("openssl", "ciphers", text + ":@SECLEVEL=0")
                .withoutErrors()
                .run()
                .output()
                .strip();
        return Arrays.stream(out.split(":", -1))
                .filter(name -> !name.startsWith("TLS_") && !name.contains("NULL"))
                .collect(Collectors.toList());
    }
}
