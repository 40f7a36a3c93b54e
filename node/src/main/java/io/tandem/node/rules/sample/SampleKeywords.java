// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.acl.AclFetches;
import io.tandem.node.rules.pattern.MapConverters;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registry of fetches and converters: joins the families. Immutable. */
public final class SampleKeywords {
    private static final Map<String, Keyword<FetchKind>> FETCHES = join(List.of(
            InternalFetches.ALL,
            ProxyFetches.ALL,
            ExchangeFetches.ALL,
            ContentFetches.ALL,
            TimerFetches.ALL,
            ConnectionFetches.ALL,
            AnnouncedFetches.ALL,
            TcpInfoFetches.ALL,
            ServerSideFetches.ALL,
            TlsFetches.ALL,
            RequestFetches.ALL,
            BaseFetches.ALL,
            BodyFetches.ALL,
            HeaderFetches.ALL,
            CookieFetches.ALL,
            TableFetches.ALL,
            PayloadFetches.ALL,
            DistccFetches.ALL,
            HtxFetches.ALL,
            QueueFetches.ALL,
            AuthFetches.ALL,
            CaptureFetches.ALL,
            AclFetches.ALL));

    private static final Map<String, Keyword<ConverterKind>> CONVERTERS = join(List.of(
            TextConverters.ALL,
            NumberConverters.ALL,
            CodecConverters.ALL,
            TimeConverters.ALL,
            HashConverters.ALL,
            BinaryConverters.ALL,
            JsonConverters.ALL,
            ProtobufConverters.ALL,
            FixConverters.ALL,
            MqttConverters.ALL,
            CipherConverters.ALL,
            ForwardedConverters.ALL,
            LogConverters.ALL,
            TableConverters.ALL,
            StateConverters.ALL,
            DebugConverter.ALL,
            MapConverters.ALL));

    private SampleKeywords() {}

    private static <T> Map<String, Keyword<T>> join(List<List<Keyword<T>>> families) {
        Map<String, Keyword<T>> all = new LinkedHashMap<>();
        for (List<Keyword<T>> family : families) {
            for (Keyword<T> keyword : family) {
                if (all.put(keyword.name(), keyword) != null) {
                    throw new IllegalStateException("keyword declared twice: " + keyword.name());
                }
            }
        }
        return all;
    }

    public static @Nullable Keyword<FetchKind> fetch(String name) {
        return FETCHES.get(name);
    }

    public static @Nullable Keyword<ConverterKind> converter(String name) {
        return CONVERTERS.get(name);
    }

    public static Collection<Keyword<FetchKind>> fetches() {
        return FETCHES.values();
    }

    public static Collection<Keyword<ConverterKind>> converters() {
        return CONVERTERS.values();
    }
}
