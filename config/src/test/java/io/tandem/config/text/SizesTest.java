// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "5,5",
        "10k,10240",
        "10K,10240",
        "1m,1048576",
        "2g,2147483648",
        "3G,3221225472",
        "4294967295,4294967295"
    })
    void readsPowersOf1024(String text, long expected) {
        assertThat(Sizes.parse(text)).isEqualTo(new Sizes(expected, '\0'));
    }

    @ParameterizedTest
    @CsvSource({
        "10x,x",
        "1kk,k",
        "-1,-",
        "k,k",
        "1.5k,.",
        "4g,g",
        "5g,g",
        "4294967296,6",
        "99999999999999999999,9",
        "4194304k,k"
    })
    void namesTheCharacterThatCannotStandThere(String text, char unexpected) {
        assertThat(Sizes.parse(text).unexpected()).isEqualTo(unexpected);
    }
}
