// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CryptTest {
    @BeforeEach
    void needsTheLibrary() {
        assertThat(Crypt.isAvailable() || !"true".equals(System.getenv("CI")))
                .as("libcrypt")
                .isTrue();
        assumeTrue(Crypt.isAvailable(), "this host has no libcrypt");
    }

    @Test
    void makesTheHashesThatOtherProgramsMake() {
        for (String hash : List.of( // openssl passwd -6, -5 and -1
                "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.",
                "$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.",
                "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1")) {
            assertThat(Crypt.hash("secret", hash)).isEqualTo(hash);
            assertThat(Crypt.hash("Secret", hash)).isNotEqualTo(hash);
        }
    }

    @Test
    void answersNothingForMethodsNobodyKnows() {
        assertThat(Crypt.hash("secret", "$0$nothing")).isNull();
        assertThat(Crypt.hash("secret", "")).isNull();
        assertThat(Crypt.hash("sec\0ret", "$5$abcdefgh$")).isNull();
    }
}
