#include "calls.h"

#pragma GCC visibility push(hidden)
#include <cairo/cairo.h>

#define LIBRARY "libcairo.so.2"
#if CAIRO_VERSION_MAJOR != 1
#error "which shared library goes with this version of cairo.h?"
#endif

DEFERRED(void, cairo_arc, (cairo_t *cr, double xc, double yc, double radius, double angle1, double angle2), (cr, xc, yc, radius, angle1, angle2))
DEFERRED(void, cairo_clip, (cairo_t *cr), (cr))
DEFERRED(void, cairo_close_path, (cairo_t *cr), (cr))
DEFERRED(cairo_t *, cairo_create, (cairo_surface_t *target), (target))
DEFERRED(void, cairo_destroy, (cairo_t *cr), (cr))
DEFERRED(void, cairo_fill, (cairo_t *cr), (cr))
DEFERRED(void, cairo_fill_preserve, (cairo_t *cr), (cr))
DEFERRED(cairo_font_options_t *, cairo_font_options_create, (void), ())
DEFERRED(void, cairo_font_options_destroy, (cairo_font_options_t *options), (options))
DEFERRED(void, cairo_font_options_set_antialias, (cairo_font_options_t *options, cairo_antialias_t antialias), (options, antialias))
DEFERRED(void, cairo_font_options_set_hint_metrics, (cairo_font_options_t *options, cairo_hint_metrics_t hint_metrics), (options, hint_metrics))
DEFERRED(void, cairo_font_options_set_hint_style, (cairo_font_options_t *options, cairo_hint_style_t hint_style), (options, hint_style))
DEFERRED(void, cairo_identity_matrix, (cairo_t *cr), (cr))
DEFERRED(cairo_surface_t *, cairo_image_surface_create, (cairo_format_t format, int width, int height), (format, width, height))
DEFERRED(unsigned char *, cairo_image_surface_get_data, (cairo_surface_t *surface), (surface))
DEFERRED(int, cairo_image_surface_get_stride, (cairo_surface_t *surface), (surface))
DEFERRED(void, cairo_line_to, (cairo_t *cr, double x, double y), (cr, x, y))
DEFERRED(void, cairo_move_to, (cairo_t *cr, double x, double y), (cr, x, y))
DEFERRED(void, cairo_paint, (cairo_t *cr), (cr))
DEFERRED(void, cairo_rectangle, (cairo_t *cr, double x, double y, double width, double height), (cr, x, y, width, height))
DEFERRED(void, cairo_restore, (cairo_t *cr), (cr))
DEFERRED(void, cairo_save, (cairo_t *cr), (cr))
DEFERRED(void, cairo_select_font_face,
    (cairo_t *cr, const char *family, cairo_font_slant_t slant, cairo_font_weight_t weight),
    (cr, family, slant, weight))
DEFERRED(void, cairo_set_dash, (cairo_t *cr, const double *dashes, int num_dashes, double offset), (cr, dashes, num_dashes, offset))
DEFERRED(void, cairo_set_font_options, (cairo_t *cr, const cairo_font_options_t *options), (cr, options))
DEFERRED(void, cairo_set_font_size, (cairo_t *cr, double size), (cr, size))
DEFERRED(void, cairo_set_line_cap, (cairo_t *cr, cairo_line_cap_t line_cap), (cr, line_cap))
DEFERRED(void, cairo_set_line_join, (cairo_t *cr, cairo_line_join_t line_join), (cr, line_join))
DEFERRED(void, cairo_set_line_width, (cairo_t *cr, double width), (cr, width))
DEFERRED(void, cairo_set_operator, (cairo_t *cr, cairo_operator_t op), (cr, op))
DEFERRED(void, cairo_set_source_rgba, (cairo_t *cr, double red, double green, double blue, double alpha), (cr, red, green, blue, alpha))
DEFERRED(void, cairo_show_text, (cairo_t *cr, const char *utf8), (cr, utf8))
DEFERRED(cairo_status_t, cairo_status, (cairo_t *cr), (cr))
DEFERRED(void, cairo_stroke, (cairo_t *cr), (cr))
DEFERRED(void, cairo_surface_destroy, (cairo_surface_t *surface), (surface))
DEFERRED(void, cairo_surface_flush, (cairo_surface_t *surface), (surface))
DEFERRED(void, cairo_surface_mark_dirty, (cairo_surface_t *surface), (surface))
DEFERRED(cairo_status_t, cairo_surface_status, (cairo_surface_t *surface), (surface))
DEFERRED(cairo_status_t, cairo_surface_write_to_png_stream,
    (cairo_surface_t *surface, cairo_write_func_t write_func, void *closure),
    (surface, write_func, closure))
DEFERRED(void, cairo_text_extents, (cairo_t *cr, const char *utf8, cairo_text_extents_t *extents), (cr, utf8, extents))
DEFERRED(void, cairo_translate, (cairo_t *cr, double tx, double ty), (cr, tx, ty))
DEFERRED(const char *, cairo_version_string, (void), ())
