// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.testkit.Pems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages were seen on HAProxy 2.6.12. */
class TlsLinesTest {
    @TempDir
    Path directory;

    @BeforeEach
    void certificates() throws IOException {
        Pems.write(directory, "a.pem", "rsa.crt", "rsa.key");
        Pems.write(directory, "mismatch.pem", "rsa.crt", "ec.key");
        Files.createDirectory(directory.resolve("empty"));
    }

    private LoadedText load(String global, String options) {
        return LoadedText.of("global\n    " + global + "\nfrontend f\n    bind 127.0.0.1:18998 "
                + options.replace("@", directory + "/") + "\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ssl|Proxy 'f': no SSL certificate specified for bind '127.0.0.1:18998' at [t.cfg:4] (use 'crt').",
                "ssl crt @empty|Proxy 'f': no SSL certificate specified for bind '127.0.0.1:18998' at [t.cfg:4]"
                        + " (use 'crt').",
                "ssl crt|parsing [t.cfg:4] : 'bind 127.0.0.1:18998' in section 'frontend' : 'crt' : missing certificate"
                        + " location",
                "ssl crt /none/x.pem|parsing [t.cfg:4] : 'bind 127.0.0.1:18998' in section 'frontend' : unable to stat"
                        + " SSL certificate from file '/none/x.pem' : No such file or directory.",
                "ssl crt @mismatch.pem|parsing [t.cfg:4] : 'bind 127.0.0.1:18998' in section 'frontend' :"
                        + " inconsistencies between private key and certificate loaded '@mismatch.pem'.",
                "ssl crt @a.pem ssl-min-ver TLSv1.4|parsing [t.cfg:4] : 'bind 127.0.0.1:18998' in section 'frontend' :"
                        + " 'TLSv1.4' : unknown ssl/tls version",
                "ssl crt @a.pem ssl-min-ver TLSv1.3 ssl-max-ver TLSv1.2|Proxy 'f': all SSL/TLS versions are disabled"
                        + " for bind '127.0.0.1:18998' at [t.cfg:4].",
                "ssl crt @a.pem ciphers FOO|Proxy 'f': unable to set SSL cipher list to 'FOO' for bind"
                        + " '127.0.0.1:18998' at [t.cfg:4].",
                "ssl crt @a.pem ciphersuites FOO|Proxy 'f': unable to set TLS 1.3 cipher suites to 'FOO' for bind"
                        + " '127.0.0.1:18998' at [t.cfg:4].",
                "ssl crt @a.pem curves foo|Proxy 'f': unable to set SSL curves list to 'foo' for bind"
                        + " '127.0.0.1:18998' at [t.cfg:4].",
                "ssl crt @a.pem verify foo|parsing [t.cfg:4] : 'bind 127.0.0.1:18998' in section 'frontend' : 'verify'"
                        + " : unknown verify method 'foo', only 'none', 'optional', and 'required' are supported",
                "ssl crt @a.pem verify required|Proxy 'f': verify is enabled but no CA file specified for bind"
                        + " '127.0.0.1:18998' at [t.cfg:4].",
                "ssl crt @a.pem no-tlsv12 no-tlsv13|Proxy 'f': all SSL/TLS versions are disabled for bind"
                        + " '127.0.0.1:18998' at [t.cfg:4].",
            })
    void aMistakeIsWordedAsHaproxyWordsIt(String options, String message) {
        LoadedText loaded = load("", options);
        assertThat(loaded.messages()).containsExactly(message.replace("@", directory + "/"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ssl-default-bind-ciphers|parsing [t.cfg:2] : global statement 'ssl-default-bind-ciphers' expects a"
                        + " cipher suite as an argument.",
                "ssl-default-bind-options foo|parsing [t.cfg:2] : unknown option 'foo' on global statement"
                        + " 'ssl-default-bind-options'.",
                "tune.ssl.default-dh-param 512|parsing [t.cfg:2] : 'tune.ssl.default-dh-param' expects a value >="
                        + " 1024.",
                "crt-base x y|parsing [t.cfg:2] : 'crt-base' cannot handle unexpected argument 'y'.",
                "tune.ssl.lifetime x|parsing [t.cfg:2] : unexpected character 'x' in argument to <tune.ssl.lifetime>.",
            })
    void aMistakeInGlobalIsWordedAsHaproxyWordsIt(String line, String message) {
        assertThat(load(line, "ssl crt @a.pem").messages()).containsExactly(message);
    }

    @Test
    void theTutorialsSettingsAreTakenWithAWordAboutDiffieHellmanAlone() {
        String global = "ssl-default-bind-ciphers ECDH+AESGCM:DH+AESGCM:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:"
                + "RSA+AESGCM:RSA+AES:!aNULL:!MD5:!DSS\n    ssl-default-bind-options no-sslv3\n"
                + "    tune.ssl.default-dh-param 2048\n    ca-base /etc/ssl/certs\n    crt-base " + directory;
        LoadedText loaded = load(global, "ssl crt a.pem");
        assertThat(loaded.messages()).singleElement().asString().contains("'tune.ssl.default-dh-param' has no effect");
        assertThat(loaded.configuration()
                        .frontend("f")
                        .orElseThrow()
                        .binds()
                        .get(0)
                        .tls())
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|ssl crt-list @nolist|'crt-list' : cannot open file '@nolist' : No such file or directory",
                "|ssl crt-list @1.list|'crt-list' : parsing [@1.list:2]: unknown ssl keyword foo",
                "|ssl crt-list @2.list|'crt-list' : parsing [@2.list:1]: Missing LF on last line, file might have been"
                        + " truncated at position 6.",
                "|ssl crt @a.pem tls-ticket-keys @none|'@none' : unable to load ssl tickets keys file",
                "|ssl crt @a.pem tls-ticket-keys @3.keys|'@3.keys' : please supply at least 3 keys in the"
                        + " tls-tickets-file",
                "|ssl crt @a.pem tls-ticket-keys @4.keys|'@4.keys' : wrong sized key on line 1",
                "|ssl crt @a.pem generate-certificates|cannot enable certificate generation, no CA certificate File"
                        + " configured at [t.cfg:4].",
                "ssl-load-extra-files none|ssl crt @split.crt|No Private Key found in '@split.crt'.",
                "ssl-load-extra-files foo|ssl crt @a.pem|'ssl-load-extra-files' expects one or multiple arguments (none,"
                        + " all, bundle, sctl, ocsp, issuer).",
                "issuers-chain-path @nowhere|ssl crt @a.pem|global statement 'issuers-chain-path' expects a directory path"
                        + " as an argument.",
            })
    void mistakesInListsKeysAndExtraFilesAreWordedAsHaproxyWordsThem(
            @Nullable String global, String options, String message) throws IOException {
        Files.writeString(directory.resolve("1.list"), "# c\n" + directory + "/a.pem [foo] x\n");
        Files.writeString(directory.resolve("2.list"), "a.pem");
        Files.writeString(directory.resolve("3.keys"), "");
        Files.writeString(directory.resolve("4.keys"), "YWJj\n");
        Pems.write(directory, "split.crt", "rsa.crt");
        Pems.write(directory, "split.crt.key", "rsa.key");
        assertThat(load(global == null ? "" : global.replace("@", directory + "/"), options)
                        .messages())
                .singleElement()
                .asString()
                .endsWith(message.replace("@", directory + "/"));
    }

    @Test
    void ciphersThatTheEngineLacksLeaveTheNewestProtocolWithAWarning() {
        assertThat(load("", "ssl crt @a.pem ciphers DHE-RSA-CAMELLIA128-SHA").messages())
                .containsExactly(
                        "Proxy 'f': none of the ciphers 'DHE-RSA-CAMELLIA128-SHA' is known to the TLS engine, for"
                                + " bind '127.0.0.1:18998' at [t.cfg:4]: only TLSv1.3 is offered.");
        assertThat(load("", "ssl crt @a.pem ciphers DHE-RSA-CAMELLIA128-SHA ssl-max-ver TLSv1.2")
                        .messages())
                .hasSize(1)
                .allMatch(text -> text.endsWith("at [t.cfg:4]."));
    }

    @Test
    void filesThatCannotBeUsedAreNamedInAWarning() throws IOException {
        Files.writeString(directory.resolve("a.pem.sctl"), "x");
        Files.writeString(
                directory.resolve("a.pem"),
                Files.readString(directory.resolve("a.pem"))
                        + "-----BEGIN DH PARAMETERS-----\nMAYCAQUCAQI=\n-----END DH PARAMETERS-----\n");
        assertThat(load("", "ssl crt @a.pem").messages())
                .hasSize(2)
                .anyMatch(text -> text.contains("the DH parameters in '" + directory + "/a.pem' have no effect"))
                .anyMatch(text -> text.contains("'" + directory + "/a.pem.sctl' has no effect"));
        assertThat(load("ssl-load-extra-files none", "ssl crt @a.pem").messages())
                .hasSize(1);
    }

    @Test
    void anEmptyResponseOfTheAuthorityAwaitsABetterOne() throws IOException {
        Pems.write(directory, "a.pem.issuer", "rsa.crt");
        Files.createFile(directory.resolve("a.pem.ocsp"));
        assertThat(load("", "ssl crt @a.pem").messages())
                .singleElement()
                .asString()
                .endsWith("Loading: Unable to parse OCSP response. Content will be ignored.");
    }

    @ParameterizedTest
    @CsvSource({"rsa-encrypted-pkcs1.key", "rsa-encrypted-pkcs8.key"})
    void thePassPhraseOpensTheKeyThatSigns(String key) throws IOException {
        Pems.write(directory, "ca.pem", "rsa.crt", key);
        String bind = "ssl crt @a.pem generate-certificates ca-sign-file @ca.pem ca-sign-pass ";
        assertThat(load("", bind + "x").messages()).isEmpty();
        assertThat(load("", bind + "wrong").messages())
                .singleElement()
                .asString()
                .contains("'ca-sign-pass' does not open it");
    }
}
